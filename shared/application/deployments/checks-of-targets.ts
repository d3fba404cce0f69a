import { forget, keptAnswer, putInInbox } from '#application/agents/inbox';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import type { Checked } from '#application/deployments/checked';
import { demandOn } from '#application/deployments/checks-demand';
import { checkCommands } from '#application/deployments/commands';
import { readSide } from '#application/deployments/planning-sources';
import type { Command, Report, ResourceAmounts, TargetCheck } from '#contracts/adapter';
import type { Check } from '#domain/deployment/events';
import type { Side } from '#domain/planning/plan-input';

/** Targets have this long to answer a check; a verb answers within 10 s, and the caller's call lasts 60 s. */
export const CHECK_SECONDS = 15;

/** How often the answers are looked for: a target that is awake answers within a few tenths of a second. */
const LOOK_MILLISECONDS = 100;

/** The checks that every target makes of every component that is to be started there. */
const ALWAYS = ['artefact', 'permission'] as const satisfies readonly TargetCheck['check'][];

/**
 * What the targets say themselves, asked all at once: per target and component `artefact/…`, `permission/…` and, where they apply, `port/…` and
 * `scaling/…`; per target `capacity/…`. What a target does not say, it is not said to have passed.
 */
export async function targetChecks(context: Context, about: Checked, reachable: readonly string[]): Promise<readonly Check[]> {
  const started = context.ports.clock.now();
  const deadline = new Date(started + CHECK_SECONDS * 1000).toISOString();
  const commands = checkCommands(about.plan, about.new, { ...about, deadline, demand: await demands(context, about) });
  const asked = commands.filter((one) => reachable.includes(one.target));
  await putInInbox(context, asked, nowOf(context));
  const answers: Check[] = [];
  for (const command of commands) {
    const report = asked.includes(command) ? await answerTo(context, command, started + CHECK_SECONDS * 1000) : undefined;
    answers.push(...(report === undefined ? withoutAnswer(command, asked.includes(command)) : answeredChecks(command, report, about.passesFreezes)));
  }
  return answers;
}

/** What the plan asks of each target at the most. */
async function demands(context: Context, { application, plan, new: next }: Checked): Promise<{ readonly [target: string]: ResourceAmounts }> {
  const sides = new Map<string, Side>();
  const demand: { [target: string]: ResourceAmounts } = {};
  for (const target of plan.targets) {
    const key = JSON.stringify(target.stable);
    const stable = target.stable === null ? undefined : sides.get(key) ?? await readSide(context, application, target.stable);
    if (stable !== undefined) sides.set(key, stable);
    demand[target.name] = demandOn(plan, target, { new: next, stable });
  }
  return demand;
}

async function answerTo(context: Context, command: Command, untilMilliseconds: number): Promise<Omit<Report, 'command'> | undefined> {
  while (context.ports.clock.now() < untilMilliseconds) {
    const report = await keptAnswer(context, command.id);
    if (report !== undefined) {
      await forget(context, command);
      return report;
    }
    await context.ports.clock.sleep(LOOK_MILLISECONDS);
  }
  await forget(context, command);
  return undefined;
}

/** An answer in one word, as of a target that could not look closer, is what it says of the artefact. */
function answeredChecks(command: Command, report: Omit<Report, 'command'>, isRollback: boolean): readonly Check[] {
  const { checks = [{ check: 'artefact', outcome: report.outcome === 'succeeded' ? 'passed' : 'failed', reason: report.reason.slice(0, 1000) }] } = report;
  const unsaid = expected(command).filter((name) => !checks.some((one) => one.check === name));
  return [
    ...checks.map((one): Check => ({ ...leniently(one, isRollback), check: nameOf(command, one.check) })),
    ...unsaid.map((name): Check => ({ check: nameOf(command, name), outcome: 'skipped', reason: `target ${command.target} does not say it apart from the others` })),
  ];
}

/** A return to what ran before must always be possible, also on a machine that has become full since. */
function leniently(one: TargetCheck, isRollback: boolean): TargetCheck {
  return isRollback && one.check === 'capacity' && one.outcome === 'failed' ? { ...one, outcome: 'skipped', reason: `a rollback is not held up by it: ${one.reason}`.slice(0, 1000) } : one;
}

/** A target that was not asked does not answer, which the check `reachable` says. */
function withoutAnswer(command: Command, wasAsked: boolean): readonly Check[] {
  const reason = wasAsked ? `target ${command.target} did not answer within ${CHECK_SECONDS} s` : `target ${command.target} does not answer, and was not asked`;
  return expected(command).map((name, index): Check => ({ check: nameOf(command, name), outcome: wasAsked && index === 0 ? 'failed' : 'skipped', reason }));
}

function expected(command: Command): readonly TargetCheck['check'][] {
  return command.demand === undefined ? ALWAYS : [...ALWAYS, 'capacity'];
}

/** Capacity is the whole target's; everything else is one component's there. */
function nameOf({ target, component }: Command, check: TargetCheck['check']): string {
  return check === 'capacity' ? `capacity/${target}` : `${check}/${target}/${component}`;
}
