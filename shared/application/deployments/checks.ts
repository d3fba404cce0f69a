import { answerOfCheck, putInInbox, forget } from '#application/agents/inbox';
import { isReachable, readTargetRecord } from '#application/agents/target-record';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { checkCommands } from '#application/deployments/commands';
import type { Command } from '#contracts/adapter';
import type { Check } from '#domain/deployment/events';
import type { Plan } from '#domain/deployment/plan';
import { freezeAt } from '#domain/gates/freeze';
import type { Side } from '#domain/planning/plan-input';
import { inDependencyOrder } from '#domain/planning/components';
import type { EnvironmentSpec } from '#domain/resources/environment';

/** What the checks before a deployment look at. */
export type Checked = { readonly id: string; readonly deployment: string | null; readonly application: string; readonly plan: Plan; readonly new: Side; readonly environment: EnvironmentSpec; readonly passesFreezes: boolean };

/** Targets have this long to answer a check; a verb answers within 10 s, and the caller's call lasts 60 s. */
const CHECK_SECONDS = 15;

/**
 * A target that does not answer while a deployment begins gets this long to be heard of again: after an outage of ours its agent comes
 * back by itself, after 30 s at the latest (its longest pause between two tries). With its answers these are 45 of the call's 60 s.
 */
const RETURN_SECONDS = 30;

/** How often the answers are looked for: a target that is awake answers within a few tenths of a second. */
const LOOK_MILLISECONDS = 100;

/**
 * All checks before a deployment, as named results; nothing is changed. `schema`, `dry-run` (the plan was made), `freeze`, `secrets`,
 * `dependencies`, and per target `reachable` and, by the target itself, `artefact` (artefact by digest, permission, capacity).
 */
export async function checksBefore(context: Context, about: Checked): Promise<readonly Check[]> {
  const reachable = await Promise.all(about.plan.targets.map(async (one) => ({ name: one.name, reachable: await isHeardOf(context, one.name, about.deployment === null ? 0 : RETURN_SECONDS) })));
  return [
    { check: 'schema', outcome: 'passed', reason: 'application, release and environment fit their schemas' },
    { check: 'dry-run', outcome: 'passed', reason: `the plan has ${about.plan.steps.length} steps` },
    freezeCheck(about, nowOf(context)),
    dependencyCheck(about.new),
    await secretCheck(context, about.new),
    ...reachable.map((one): Check => ({ check: `reachable/${one.name}`.slice(0, 64), outcome: one.reachable ? 'passed' : 'failed', reason: one.reachable ? 'its agent answers' : `target ${one.name} does not answer; start its agent with "sluice agent --target ${one.name}"` })),
    ...(await targetChecks(context, about, reachable.filter((one) => one.reachable).map((one) => one.name))),
  ];
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
  if (freeze === undefined) return { check: 'freeze', outcome: 'passed', reason: 'no freeze holds the environment' };
  // A request in a freeze was refused, so this one began later: it holds the deployment and does not end it.
  if (about.deployment !== null) return { check: 'freeze', outcome: 'skipped', reason: `the freeze ${freeze.name} began after the request; it holds the first change of traffic until ${freeze.endsAt}` };
  return { check: 'freeze', outcome: 'failed', reason: `the freeze ${freeze.name} holds until ${freeze.endsAt}` };
}

function dependencyCheck(side: Side): Check {
  const released = new Set(side.release.components.map((one) => one.name));
  const missing = inDependencyOrder(side.application.components).flatMap((one) => one.dependencies.filter((name) => !released.has(name)).map((name) => `${one.name} needs ${name}`));
  return missing.length === 0 ? { check: 'dependencies', outcome: 'passed', reason: 'all components have what they depend on' } : { check: 'dependencies', outcome: 'failed', reason: `${missing.join(', ')}, which the release does not have` };
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

async function targetChecks(context: Context, about: Checked, targets: readonly string[]): Promise<readonly Check[]> {
  const started = context.ports.clock.now();
  const deadline = new Date(started + CHECK_SECONDS * 1000).toISOString();
  const commands = checkCommands(about.plan, about.new, { ...about, deadline }).filter((one) => targets.includes(one.target));
  await putInInbox(context, commands, nowOf(context));
  const answers: Check[] = [];
  for (const command of commands) answers.push(await answerTo(context, command, started + CHECK_SECONDS * 1000));
  return answers;
}

async function answerTo(context: Context, command: Command, untilMilliseconds: number): Promise<Check> {
  const check = `artefact/${command.target}/${command.component}`.slice(0, 64);
  while (context.ports.clock.now() < untilMilliseconds) {
    const report = await answerOfCheck(context, command.id);
    if (report !== undefined) {
      await forget(context, command.id);
      return { check, outcome: report.outcome === 'succeeded' ? 'passed' : 'failed', reason: report.reason.slice(0, 1000) };
    }
    await context.ports.clock.sleep(LOOK_MILLISECONDS);
  }
  await forget(context, command.id);
  return { check, outcome: 'failed', reason: `target ${command.target} did not answer within ${CHECK_SECONDS} s` };
}
