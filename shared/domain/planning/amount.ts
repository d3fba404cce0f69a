/** A count of instances (`2`), or a share of all (`"25%"`): what `countOrPercent` lets through. */
export type Amount = number | string;

/** Whether an amount was read, and what is wrong with it otherwise. */
export type ParsedAmount =
  | { readonly outcome: 'count'; readonly count: number }
  | { readonly outcome: 'percent'; readonly percent: number }
  | { readonly outcome: 'refused'; readonly problem: string };

const PERCENT = /^(100|[1-9]?[0-9])%$/;

/** Reads an amount: a whole number from 0, or a whole percentage from `0%` to `100%` as text. */
export function parseAmount(value: unknown): ParsedAmount {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { outcome: 'count', count: value };
  if (typeof value === 'string' && PERCENT.test(value)) return { outcome: 'percent', percent: Number(value.slice(0, -1)) };
  return { outcome: 'refused', problem: `must be a whole number from 0 or a percentage from "0%" to "100%", is ${JSON.stringify(value) ?? String(value)}` };
}

/**
 * The instances that an amount means of a total. A percentage that is no whole number of instances is rounded as asked; a count
 * stays as it is, also above the total. Kubernetes rounds a surge up and what may be unavailable down
 * (`intstr.GetScaledValueFromIntOrPercent`). Throws RangeError for an amount that `parseAmount` refuses.
 */
export function resolveAmount(amount: Amount, total: number, rounding: 'up' | 'down'): number {
  const parsed = parseAmount(amount);
  switch (parsed.outcome) {
    case 'count':
      return parsed.count;
    case 'percent':
      return Math[rounding === 'up' ? 'ceil' : 'floor']((parsed.percent * total) / 100);
    case 'refused':
      throw new RangeError(`An amount ${parsed.problem}`);
  }
}

/** What a change may add and take away for a while, in instances. */
export type ReplicaLimits = { readonly surge: number; readonly unavailable: number };

/**
 * Resolves `maxSurge` and `maxUnavailable` of a number of replicas. Where both come to nothing, nothing could ever move, so one
 * may be unavailable (`resolveFenceposts` of Kubernetes' deployment controller and of Argo Rollouts). Never more than all.
 */
export function replicaLimits(replicas: number, amounts: { readonly maxSurge: Amount; readonly maxUnavailable: Amount }): ReplicaLimits {
  const surge = resolveAmount(amounts.maxSurge, replicas, 'up');
  const unavailable = resolveAmount(amounts.maxUnavailable, replicas, 'down');
  return { surge, unavailable: Math.min(replicas, surge === 0 ? Math.max(1, unavailable) : unavailable) };
}

/** One batch of a rolling replacement: the instances of each side when it is done, and how it may get there. */
export type RollingBatch = {
  readonly newReplicas: number;
  readonly stableReplicas: number;
  /** Old instances that may stop before the new ones of this batch are ready. */
  readonly unavailableReplicas: number;
  /** New instances of this batch that must be ready before old ones stop for them. */
  readonly surgeReplicas: number;
};

/**
 * The batches in which new instances take the place of old ones, `batchSize` at a time, until all are new.
 *
 * While a batch is under way, at least `replicas − maxUnavailable` instances are ready: at most `unavailableReplicas` old ones stop
 * first, and the others only when the new ones are there. `batchSize` as a percentage is rounded up and is at least one instance, so
 * there are at most `replicas` batches; `maxUnavailable` is rounded down, and 0 means that new ones always start first. Without
 * replicas there are no batches.
 */
export function rollingBatches(input: { readonly replicas: number; readonly batchSize: Amount; readonly maxUnavailable: Amount }): RollingBatch[] {
  const { replicas } = input;
  const size = Math.max(1, resolveAmount(input.batchSize, replicas, 'up'));
  const unavailable = resolveAmount(input.maxUnavailable, replicas, 'down');
  return Array.from({ length: Math.ceil(replicas / size) }, (_, index) => {
    const newReplicas = Math.min(replicas, (index + 1) * size);
    const replaced = newReplicas - index * size;
    const unavailableReplicas = Math.min(unavailable, replaced);
    return { newReplicas, stableReplicas: replicas - newReplicas, unavailableReplicas, surgeReplicas: replaced - unavailableReplicas };
  });
}
