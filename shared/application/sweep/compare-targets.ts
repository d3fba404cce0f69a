import { HEARTBEAT_SECONDS, isReachable, targetRecord } from '#application/agents/target-record';
import type { TargetRecord } from '#application/agents/target-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { differenceOf, straysInWords } from '#application/sweep/difference';
import { DeploymentsOfSweep, expectedAtTarget } from '#application/sweep/expected-at-target';
import type { ExpectedApplication } from '#application/sweep/expected-at-target';
import type { Attempt, Repair } from '#application/sweep/finding';
import { dropSuspect, followDifference } from '#application/sweep/follow-difference';
import { STRAYS, Suspects } from '#application/sweep/target-suspects';
import type { ComponentHealth, TargetFacts } from '#contracts/adapter';
import type { Lease } from '#ports/lease';

/**
 * How many targets of a tenant one sweep looks at: 100 reads of leases of some 10 ms are a second, and a target with many applications takes longer. Of more,
 * or where the sweep's time is over, the next sweep goes on where this one ended.
 */
const MAXIMUM_TARGETS = 100;

const KIND = 'target-differs-from-plan';

/** A target that can be compared: it answers, and tells all that it serves. */
type Heard = { readonly target: string; readonly record: TargetRecord; readonly facts: TargetFacts & { readonly generations: { readonly [application: string]: number } } };

/**
 * Compares what each target last told that it serves with what the streams say it should. A target that does not answer is left alone, for nobody
 * knows what it serves; so is an agent of an earlier version, which does not tell its traffic.
 */
export async function compareTargets(context: Context, attempt: Attempt, isInTime: () => boolean): Promise<void> {
  const suspects = await Suspects.read(context);
  const page = await context.ports.readModels.list(context.tenant, 'targets', { limit: MAXIMUM_TARGETS, ...(suspects.after === null ? {} : { after: suspects.after }) });
  const deployments = new DeploymentsOfSweep(context);
  let looked = 0;
  for (const { key: target, document } of page) {
    if (!isInTime()) break;
    looked += 1;
    suspects.after = target;
    await attempt({ kind: KIND, subject: `target/${target}` }, async () => {
      const heard = heardOf(context, target, targetRecord.parse(document));
      if (heard !== undefined) await compareTarget(context, heard, { suspects, deployments, attempt });
      return undefined;
    });
  }
  if (looked === page.length && page.length < MAXIMUM_TARGETS) suspects.after = null;
  await suspects.keep(context);
}

function heardOf(context: Context, target: string, record: TargetRecord): Heard | undefined {
  const { facts } = record;
  if (facts?.generations === undefined || !isReachable(record, nowOf(context))) return undefined;
  return { target, record, facts: { ...facts, generations: facts.generations } };
}

type Comparing = { readonly suspects: Suspects; readonly deployments: DeploymentsOfSweep; readonly attempt: Attempt };

async function compareTarget(context: Context, heard: Heard, { suspects, deployments, attempt }: Comparing): Promise<void> {
  const { target, record, facts } = heard;
  const leases = (await context.ports.leases.read(context.tenant, target)).filter((lease) => lease.holder !== null || lease.stable !== null);
  const generations = new Map([[STRAYS, 0], ...leases.map((lease) => [lease.application, lease.generation] as const)]);
  for (const known of suspects.at(target)) if (generations.get(known.application) !== known.generation) await dropSuspect(context, suspects, known);
  for (const lease of leases) {
    const { application, generation, stableBy } = lease;
    const expected = await expectedOf(context, record, { lease, deployments });
    if (expected === undefined) continue;
    const gone = suspects.at(target).filter((one) => one.application === application && expected.components.every(({ component }) => component !== one.component));
    for (const known of gone) await dropSuspect(context, suspects, known);
    for (const expectation of expected.components) {
      const { component } = expectation;
      const told = facts.components.filter((one) => one.application === application && one.component === component);
      const about = {
        at: { target, application, component, generation }, stableBy, difference: differenceOf(told, expectation.expected), expectation, heardAt: record.lastSeenAt,
        seen: highestSeen(facts.generations, application), progressSeconds: expected.progressSeconds,
      };
      await attempt({ kind: KIND, subject: `target/${target}/${application}/${component}` }, async () => await followDifference(context, suspects, about));
    }
  }
  const strays = facts.components.filter((one) => one.replicas > 0 && !generations.has(one.application));
  await attempt({ kind: KIND, subject: `target/${target}` }, async () => await followStrays(context, suspects, { heard, strays }));
}

/** The highest generation that a target says it has seen of an application; 0 of one that it does not name, also where its name is that of what every object has, as `constructor`. */
export function highestSeen(generations: Heard['facts']['generations'], application: string): number {
  return Object.hasOwn(generations, application) ? (generations[application] ?? 0) : 0;
}

/** What is to be found, where the target's word is of after that: a heartbeat on its way when a step ended still tells of before. */
async function expectedOf(context: Context, { lastSeenAt }: TargetRecord, about: { readonly lease: Lease; readonly deployments: DeploymentsOfSweep }): Promise<ExpectedApplication | undefined> {
  const expected = await expectedAtTarget(context, about.lease, about.deployments);
  return expected === undefined || Date.parse(lastSeenAt) - Date.parse(expected.since) < HEARTBEAT_SECONDS * 1000 ? undefined : expected;
}

/**
 * Nothing should run where no deployment has succeeded. It is not stopped all the same: whoever abandoned a first deployment, or restored a backup, may be
 * glad of it. All of it is one finding of the target: its names are the agent's own word, and whoever has its key could otherwise make up new ones each time.
 */
async function followStrays(context: Context, suspects: Suspects, { heard: { target, record }, strays }: { readonly heard: Heard; readonly strays: readonly ComponentHealth[] }): Promise<Repair | undefined> {
  return await followDifference(context, suspects, {
    at: { target, application: STRAYS, component: STRAYS, generation: 0 }, stableBy: null, difference: straysInWords(strays), heardAt: record.lastSeenAt, seen: 0, progressSeconds: 0,
    expectation: { component: STRAYS, expected: { is: 'nothing' }, repair: null, unrepaired: 'no deployment that is known here has succeeded there; deploy the applications, or stop what runs at the target' },
  });
}
