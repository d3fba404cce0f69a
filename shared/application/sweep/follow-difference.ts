import { keptAnswer, putInInbox, withdraw } from '#application/agents/inbox';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import type { Expectation } from '#application/sweep/expected-at-target';
import { isPastGrace } from '#application/sweep/finding';
import type { Repair } from '#application/sweep/finding';
import type { Suspect, Suspects } from '#application/sweep/target-suspects';
import type { Command, DesiredState } from '#contracts/adapter';

/** A target that does not come to what it was told is told once an hour; that it did not is recorded once a day. */
const AGAIN_MILLISECONDS = 3_600_000;

/** One comparison of one component on one target. */
export type Compared = {
  readonly at: Pick<Suspect, 'target' | 'application' | 'component' | 'generation'>;
  readonly stableBy: string | null;
  readonly difference: string | undefined;
  readonly expectation: Expectation;
  /** Of when the target's word is (ISO 8601 UTC), and the highest generation that it has seen. */
  readonly heardAt: string;
  readonly seen: number;
  /** How long the target has to come to what it is told. */
  readonly progressSeconds: number;
};

/**
 * What becomes of a comparison. A difference that two words of the target, some time apart, agree on is repaired: the target is told again what to serve,
 * under the highest generation that was given out, so that whatever a later deployment tells it goes before. That it is as it should be now, or cannot
 * be made so, is answered as a finding.
 */
export async function followDifference(context: Context, suspects: Suspects, about: Compared): Promise<Repair | undefined> {
  const { at, difference, heardAt } = about;
  const known = suspects.get(at);
  if (difference === undefined) {
    if (known !== undefined) await dropSuspect(context, suspects, known);
    return known === undefined || known.told === null ? undefined : { repaired: true, reason: `${known.difference}; it was told again what to serve at ${known.told.at}, and does` };
  }
  if (known === undefined) {
    suspects.set({ ...at, difference, foundAt: nowOf(context), heardAt, told: null });
    return undefined;
  }
  if (known.told !== null) return await afterTelling(context, suspects, { about, known: { ...known, difference }, told: known.told });
  if (!isPastGrace(context, known.foundAt) || heardAt <= known.heardAt) return undefined;
  const hindrance = hindranceOf(about);
  if (hindrance !== undefined) return { repaired: false, reason: `its agent said at ${heardAt}: ${difference}; ${hindrance}` };
  await tellAgain(context, suspects, { about, known });
  return undefined;
}

/** Forgets a difference, and what the target was told about it: with another generation it is another matter, and what is as it should be needs no command. */
export async function dropSuspect(context: Context, suspects: Suspects, known: Suspect): Promise<void> {
  suspects.delete(known);
  if (known.told !== null) await withdraw(context, known.told.command);
}

/** Why a target is not told again what to serve; `undefined` where it can be. */
function hindranceOf({ at, seen, expectation }: Compared): string | undefined {
  if (expectation.repair === null) return expectation.unrepaired;
  return seen > at.generation ? `it has seen generation ${seen}, and no higher one than ${at.generation} was given out here, so it would refuse: this control plane may be an old copy` : undefined;
}

type Telling = { readonly about: Compared; readonly known: Suspect };

async function tellAgain(context: Context, suspects: Suspects, { about, known }: Telling): Promise<void> {
  const { at, expectation, stableBy, progressSeconds } = about;
  if (expectation.repair === null || stableBy === null) return;
  const now = context.ports.clock.now();
  const command = commandOf(at, { desired: expectation.repair, id: `${stableBy}/sweep-${Math.floor(now / 1000)}/${at.target}/${at.component}`, deadline: new Date(now + progressSeconds * 1000).toISOString() });
  await putInInbox(context, [command], nowOf(context));
  suspects.set({ ...known, told: { command: command.id, at: nowOf(context), deadline: command.deadline } });
}

function commandOf(at: Compared['at'], { id, desired, deadline }: { readonly id: string; readonly desired: DesiredState; readonly deadline: string }): Command {
  return { id, deployment: null, application: at.application, target: at.target, component: at.component, verb: 'apply', generation: at.generation, desired, deadline };
}

/** It was told and is still different: its answer, or its silence until the deadline, says why. */
async function afterTelling(context: Context, suspects: Suspects, { about, known, told }: Telling & { readonly told: NonNullable<Suspect['told']> }): Promise<Repair | undefined> {
  const answer = await keptAnswer(context, told.command);
  const isOver = nowOf(context) >= told.deadline;
  if (!isOver && (answer === undefined || answer.outcome === 'succeeded')) return undefined;
  if (isOver && hindranceOf(about) === undefined && context.ports.clock.now() - Date.parse(told.at) >= AGAIN_MILLISECONDS) await tellAgain(context, suspects, { about, known });
  const said = answer === undefined ? 'and its agent has not said that it did' : `and its agent answered ${answer.outcome}: ${answer.reason}`;
  return { repaired: false, reason: `its agent said at ${about.heardAt}: ${known.difference}; it was told again what to serve at ${told.at}, ${said}`.slice(0, 2000) };
}
