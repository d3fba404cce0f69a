import type { Amount } from '#domain/planning/amount';
import { replicaLimits } from '#domain/planning/amount';

/** How many instances each side has or shall have. */
export type SideCounts = { readonly canary: number; readonly stable: number };

/** A weight of the new side, out of `maxWeight` (100 where it is a percentage). */
export type Share = { readonly weight: number; readonly maxWeight: number };

/** One side as it is: the instances asked for, and those that are ready to serve. */
export type SideReplicas = { readonly desired: number; readonly available: number };

/**
 * The instances that come nearest to a weight where traffic follows the number of instances.
 *
 * Tried in this order, the first of equals wins: ⌈n·w/W⌉ and ⌊n·w/W⌋ of n, and with a surge the same counts of n + 1. A side is
 * never without instances while its share is above zero, unless there is only one instance and no surge. The counts add up to n or
 * n + 1. Source: `approximateWeightedCanaryStableReplicaCounts` of Argo Rollouts, whose table of results is a test.
 */
export function weightedReplicaCounts(input: Share & { readonly replicas: number; readonly surge: number }): SideCounts {
  const { replicas, weight, maxWeight, surge } = input;
  if (replicas === 0) return { canary: 0, stable: 0 };
  const up = Math.ceil((replicas * weight) / maxWeight);
  const down = Math.floor((replicas * weight) / maxWeight);
  const mayBeEmpty = weight === 0 || weight === maxWeight || (replicas === 1 && surge === 0);
  const totals = surge > 0 ? [replicas, replicas + 1] : [replicas];
  const options = totals.flatMap((total) => [
    ...(mayBeEmpty || up < total ? [{ canary: up, total }] : []),
    ...(isTie(total, input) || (down === 0 && !mayBeEmpty) ? [] : [{ canary: down, total }]),
  ]);
  const [first = { canary: 0, total: replicas }, ...others] = options;
  const error = (option: { readonly canary: number; readonly total: number }) => Math.abs((option.canary * maxWeight) / option.total - weight);
  const best = others.reduce((nearest, option) => (error(option) < error(nearest) ? option : nearest), first);
  return { canary: best.canary, stable: best.total - best.canary };
}

/** Whether the weight lies exactly between two counts; then the greater is meant. */
function isTie(total: number, share: Share): boolean {
  return (2 * total * share.weight) % (2 * share.maxWeight) === share.maxWeight;
}

/** Both sides as they are, and what they shall become. */
export type CanaryStatus = Share & {
  readonly replicas: number;
  readonly maxSurge: Amount;
  readonly maxUnavailable: Amount;
  readonly canary: SideReplicas;
  /** Absent where nothing else serves; then the new side gets all instances. */
  readonly stable?: SideReplicas | undefined;
  /** Instances asked for by releases older than both. */
  readonly olderReplicas: number;
};

/**
 * The next counts to ask for on the way to a weight, where no router splits the traffic.
 *
 * Growing comes first, the stable side before the canary, up to n + maxSurge in all. Shrinking waits until older releases are gone and
 * takes only what leaves n − maxUnavailable available: the side that gives way is counted by what was asked of it, since instances
 * that never became ready must not block their own end. Asked again and again while instances become ready, this ends at the counts
 * of {@link weightedReplicaCounts}. Source: `CalculateReplicaCountsForBasicCanary` of Argo Rollouts, whose table is a test.
 */
export function nextReplicaCounts(status: CanaryStatus): SideCounts {
  const limits = replicaLimits(status.replicas, status);
  const goal = goalOf(status, limits.surge);
  const most = status.replicas + limits.surge;
  const grown = grow(status, { goal, room: most - status.olderReplicas - status.canary.desired - (status.stable?.desired ?? 0) });
  if (status.olderReplicas > 0) return grown;
  return shrink(status, { goal, grown, most, least: status.replicas - limits.unavailable });
}

function goalOf(status: CanaryStatus, surge: number): SideCounts {
  if (status.stable === undefined) return { canary: status.replicas, stable: 0 };
  return weightedReplicaCounts({ ...status, surge });
}

function grow(status: CanaryStatus, to: { readonly goal: SideCounts; readonly room: number }): SideCounts {
  const grownBy = (side: number, goal: number, room: number) => Math.max(0, Math.min(goal - side, room));
  const stable = status.stable?.desired ?? 0;
  const moreStable = grownBy(stable, to.goal.stable, to.room);
  const moreCanary = grownBy(status.canary.desired, to.goal.canary, to.room - moreStable);
  return { canary: status.canary.desired + moreCanary, stable: stable + moreStable };
}

type Bounds = { readonly goal: SideCounts; readonly grown: SideCounts; readonly most: number; readonly least: number };

function shrink(status: CanaryStatus, bounds: Bounds): SideCounts {
  const { goal, grown } = bounds;
  const none: SideReplicas = { desired: 0, available: 0 };
  const stable = status.stable ?? none;
  const isRising = goal.canary >= status.canary.desired;
  if (isRising && status.stable === undefined) return grown;
  const [leaving, staying] = isRising ? [stable, status.canary] : [status.canary, stable];
  const [leavingGoal, leavingGrown, stayingGrown] = isRising
    ? [goal.stable, grown.stable, grown.canary]
    : [goal.canary, grown.canary, grown.stable];
  const spare = leaving.desired + Math.min(staying.desired, staying.available) - bounds.least;
  if (spare <= 0) return grown;
  const shrunk = leaving.desired > leavingGoal ? Math.max(leavingGoal, leaving.desired - spare) : leavingGrown;
  const isAlone = status.stable === undefined;
  const [left, stayed] = isAlone ? [shrunk, stayingGrown] : withinBounds({ ...leaving, count: shrunk }, { ...staying, count: stayingGrown }, bounds);
  return isRising ? { canary: stayed, stable: left } : { canary: left, stable: stayed };
}

type Adjusted = SideReplicas & { readonly count: number };

/**
 * Takes what is above the greatest total from the side that stays, gives back as much of it as availability needs, and takes the
 * rest from the side that leaves.
 */
function withinBounds(leaving: Adjusted, staying: Adjusted, bounds: Bounds): readonly [leaving: number, staying: number] {
  const above = (count: number) => Math.max(0, count + leaving.count - bounds.most);
  const cut = staying.count - above(staying.count);
  const available = Math.min(leaving.available, leaving.count) + Math.min(staying.available, cut);
  const givenBack = Math.min(Math.max(0, staying.available - cut), Math.max(0, bounds.least - available));
  const kept = cut + givenBack;
  return [leaving.count - above(kept), kept];
}
