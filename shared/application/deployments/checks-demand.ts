import type { ResourceAmounts } from '#contracts/adapter';
import type { ChangeStep, Plan, PlannedTarget, ReplicaCounts } from '#domain/deployment/plan';
import type { Side } from '#domain/planning/plan-input';

const NOTHING: ReplicaCounts = { new: 0, stable: 0 };

/** What serves on a target when the plan begins, beside what is to serve; absent where nothing does. */
export type Sides = { readonly new: Side; readonly stable: Side | undefined };

/**
 * The most that an application's instances take of a target at any moment of a plan, by what their components say they need; what says nothing
 * counts as nothing. While a step is carried out, what it starts runs beside what it is about to stop, in all of its components at once. The way
 * back is not counted: it brings back what has run there before. Pure.
 */
export function demandOn(plan: Plan, target: PlannedTarget, sides: Sides): ResourceAmounts {
  let counts: { readonly [component: string]: ReplicaCounts } = Object.fromEntries(plan.components.map(({ name }) => [name, { new: 0, stable: componentOf(sides.stable, name)?.replicas ?? 0 }]));
  let most = amountOf(counts, sides);
  for (const step of plan.steps) {
    if (!isChangeOf(step, target.name)) continue;
    const after = { ...counts, ...step.replicas };
    most = larger(most, amountOf(Object.fromEntries(Object.entries(after).map(([name, one]) => [name, together(counts[name] ?? NOTHING, one)])), sides));
    counts = after;
  }
  return most;
}

function isChangeOf(step: Plan['steps'][number], target: string): step is ChangeStep {
  return 'replicas' in step && step.targets.includes(target);
}

function together(before: ReplicaCounts, after: ReplicaCounts): ReplicaCounts {
  return { new: Math.max(before.new, after.new), stable: Math.max(before.stable, after.stable) };
}

/** What runs of a side that a target has not, is nothing: a plan's counts are those of its largest target. */
function amountOf(counts: { readonly [component: string]: ReplicaCounts }, sides: Sides): ResourceAmounts {
  const parts = Object.entries(counts).flatMap(([name, count]) => [
    { replicas: count.new, resources: componentOf(sides.new, name)?.resources },
    { replicas: count.stable, resources: componentOf(sides.stable, name)?.resources },
  ]);
  return {
    cpuMillis: parts.reduce((sum, one) => sum + one.replicas * (one.resources?.cpuMillis ?? 0), 0),
    memoryMebibytes: parts.reduce((sum, one) => sum + one.replicas * (one.resources?.memoryMebibytes ?? 0), 0),
  };
}

function componentOf(side: Side | undefined, name: string): Side['application']['components'][number] | undefined {
  return side?.application.components.find((one) => one.name === name);
}

function larger(one: ResourceAmounts, other: ResourceAmounts): ResourceAmounts {
  return { cpuMillis: Math.max(one.cpuMillis, other.cpuMillis), memoryMebibytes: Math.max(one.memoryMebibytes, other.memoryMebibytes) };
}
