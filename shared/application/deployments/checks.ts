import { isReachable, readTargetRecord } from '#application/agents/target-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import type { Checked } from '#application/deployments/checked';
import { dependencyCheck } from '#application/deployments/checks-of-dependencies';
import type { KnownTarget } from '#application/deployments/checks-of-dependencies';
import { targetChecks } from '#application/deployments/checks-of-targets';
import type { Check } from '#domain/deployment/events';
import { freezeAt, nextFreeze } from '#domain/gates/freeze';
import type { Side } from '#domain/planning/plan-input';

/**
 * A target that does not answer while a deployment begins gets this long to be heard of again: after an outage of ours its agent comes
 * back by itself, after 30 s at the latest (its longest pause between two tries). With the 15 s for its answers these are 45 of the call's 60 s.
 */
const RETURN_SECONDS = 30;

/** How often it is looked whether a target was heard of. */
const LOOK_MILLISECONDS = 100;

/**
 * All checks before a deployment, as named results; nothing is changed. `schema`, `dry-run` (the plan was made), `freeze`, `secrets`,
 * `dependencies`, per target `reachable`, and what each target says itself: `artefact`, `permission`, `capacity` and what else it looks at.
 */
export async function checksBefore(context: Context, about: Checked): Promise<readonly Check[]> {
  const targets = await Promise.all(about.plan.targets.map(async (one) => await knownTarget(context, one.name, about.deployment === null ? 0 : RETURN_SECONDS)));
  return [
    { check: 'schema', outcome: 'passed', reason: 'application, release and environment fit their schemas' },
    { check: 'dry-run', outcome: 'passed', reason: `the plan has ${about.plan.steps.length} steps` },
    freezeCheck(about, nowOf(context)),
    dependencyCheck({ ...about, isRollback: about.passesFreezes, targets }),
    await secretCheck(context, about.new),
    ...targets.map(reachableCheck),
    ...(await targetChecks(context, about, targets.filter((one) => one.components !== null).map((one) => one.name))),
  ];
}

function reachableCheck({ name, components }: KnownTarget): Check {
  if (components !== null) return { check: `reachable/${name}`, outcome: 'passed', reason: 'its agent answers' };
  return { check: `reachable/${name}`, outcome: 'failed', reason: `target ${name} does not answer; start its agent with "sluice agent --target ${name}"` };
}

async function knownTarget(context: Context, name: string, withinSeconds: number): Promise<KnownTarget> {
  if (!(await isHeardOf(context, name, withinSeconds))) return { name, components: null };
  return { name, components: (await readTargetRecord(context, name))?.facts?.components ?? [] };
}

/** Whether a target's agent is heard of, at once or within some seconds; one that never was is not waited for. */
async function isHeardOf(context: Context, target: string, withinSeconds: number): Promise<boolean> {
  const until = context.ports.clock.now() + withinSeconds * 1000;
  for (;;) {
    const record = await readTargetRecord(context, target);
    if (isReachable(record, nowOf(context))) return true;
    if (record === undefined || context.ports.clock.now() >= until) return false;
    await context.ports.clock.sleep(LOOK_MILLISECONDS);
  }
}

function freezeCheck(about: Checked, now: string): Check {
  if (about.passesFreezes) return { check: 'freeze', outcome: 'skipped', reason: 'a rollback passes freezes' };
  const freeze = freezeAt(about.environment.freezes, now);
  if (freeze === undefined) return { check: 'freeze', outcome: 'passed', reason: `no freeze holds the environment${coming(about, now)}` };
  // A request in a freeze was refused, so this one began later: it holds the deployment and does not end it.
  if (about.deployment !== null) return { check: 'freeze', outcome: 'skipped', reason: `the freeze ${freeze.name} began after the request; it holds the first change of traffic until ${freeze.endsAt}` };
  return { check: 'freeze', outcome: 'failed', reason: `the freeze ${freeze.name} holds until ${freeze.endsAt}` };
}

/** Who deploys now wants to know what may hold the deployment half-way. */
function coming(about: Checked, now: string): string {
  const next = nextFreeze(about.environment.freezes, now);
  return next === undefined ? '' : `; the next one, ${next.name}, begins at ${next.startsAt}`;
}

async function secretCheck(context: Context, side: Side): Promise<Check> {
  const variables = [...side.application.components, ...side.release.components].flatMap((one) => one.environment);
  const named = [...new Set(variables.flatMap((one) => ('valueFrom' in one ? [one.valueFrom.secret] : [])))];
  const missing: string[] = [];
  for (const name of named) {
    if ((await context.ports.secrets.facts(context.tenant, name)) === undefined) missing.push(name);
  }
  if (missing.length > 0) return { check: 'secrets', outcome: 'failed', reason: `there is no secret ${missing.join(', ')}` };
  return { check: 'secrets', outcome: 'passed', reason: named.length === 0 ? 'no secrets are named' : `all ${named.length} named secrets exist` };
}
