import type { LatencySketch } from '#domain/analysis/latency-sketch';

/**
 * Latencies of both arms in one look, as counts per bucket. Without bounds the buckets are logarithmic; with them bucket i holds what is
 * above bound i − 1 and at most bound i, in seconds, and the last, of +Inf, what is above all bounds.
 */
export type ArmLatencies = { readonly bounds: readonly number[] | null; readonly canary: LatencySketch; readonly stable: LatencySketch };

/** Where a quantile lies: in a bucket, or among the zeros. */
export type Position = number | 'zero';

/**
 * The smallest bucket up to which at least a share of the values lies; `null` of nothing. Buckets come in rising order.
 */
export function quantilePosition(sketch: LatencySketch, level: number): Position | null {
  const total = latencyTotal(sketch);
  if (total === 0) return null;
  let seen = sketch.zeros;
  if (seen > 0 && seen >= level * total) return 'zero';
  for (const [bucket, count] of sketch.buckets) {
    seen += count;
    if (seen >= level * total) return bucket;
  }
  return sketch.buckets.at(-1)?.[0] ?? 'zero';
}

/** How many values lie above a position. */
export function countAbove(sketch: LatencySketch, position: Position): number {
  let above = 0;
  for (const [bucket, count] of sketch.buckets) if (position === 'zero' || bucket > position) above += count;
  return above;
}

/** How many values there are. */
export function latencyTotal(sketch: LatencySketch): number {
  let total = sketch.zeros;
  for (const [, count] of sketch.buckets) total += count;
  return total;
}

/** A bucket's width as ln γ, γ = (1 + accuracy) ÷ (1 − accuracy). */
export function logGamma(accuracy: number): number {
  return Math.log((1 + accuracy) / (1 - accuracy));
}

/**
 * A position moved up by a tolerance: by ln(tolerance) ÷ ln γ buckets, rounded to the nearest; among bounds to the first that is at
 * least tolerance × bound, which may be +Inf, the last.
 */
export function tolerated(position: Position, tolerance: number, shape: { readonly bounds: readonly number[] | null; readonly accuracy: number }): Position {
  if (position === 'zero') return 'zero';
  if (shape.bounds === null) return position + Math.round(Math.log(tolerance) / logGamma(shape.accuracy));
  const bound = shape.bounds[position];
  if (bound === undefined) return shape.bounds.length;
  const moved = shape.bounds.findIndex((one) => one >= bound * tolerance);
  return moved === -1 ? shape.bounds.length : moved;
}

/** Whether nothing can be seen above a position: it is the bucket of +Inf. */
export function isBeyondBounds(position: Position, bounds: readonly number[] | null): boolean {
  return bounds !== null && position === bounds.length;
}

/** The largest amount by which the stable's distribution function lies above the canary's, the canary's values being tolerated up to a factor. */
export function largestGap(latencies: ArmLatencies, tolerance: number, accuracy: number): number {
  const { canary, stable, bounds } = latencies;
  const [canaryTotal, stableTotal] = [latencyTotal(canary), latencyTotal(stable)];
  if (canaryTotal === 0 || stableTotal === 0) return 0;
  let seen = stable.zeros;
  let gap = stable.zeros / stableTotal - canary.zeros / canaryTotal;
  for (const [bucket, count] of stable.buckets) {
    seen += count;
    gap = Math.max(gap, seen / stableTotal - 1 + countAbove(canary, tolerated(bucket, tolerance, { bounds, accuracy })) / canaryTotal);
  }
  return gap;
}

/** The latency in seconds that stands for a position: a bucket's upper end; `undefined` above all bounds. */
export function bucketSecondsAt(position: Position, shape: { readonly bounds: readonly number[] | null; readonly accuracy: number }): number | undefined {
  if (position === 'zero') return 0;
  return shape.bounds === null ? Math.exp(position * logGamma(shape.accuracy)) : shape.bounds[position];
}
