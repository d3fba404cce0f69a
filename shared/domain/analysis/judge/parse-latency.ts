import * as z from 'zod';

import { logGamma } from '#domain/analysis/judge/latency-counts';
import { sketchOfCounts } from '#domain/analysis/latency-sketch';
import type { LatencySketch } from '#domain/analysis/latency-sketch';

const count = z.int().min(0);

/** Counts per logarithmic bucket, by its index; those of 0 s under `zero`. */
const buckets = z.record(z.string().regex(/^(zero|-?\d{1,6})$/, 'must be a whole number, or zero'), count);

/** A Prometheus classic histogram of one look: how many values were at most so many seconds, for each bound, and in all as `+Inf`. */
const cumulative = z.record(z.string().refine((bound) => bound === '+Inf' || (bound.trim() !== '' && Number.isFinite(Number(bound))), 'must be a number of seconds, or +Inf'), count).superRefine((given, context) => {
  if (given['+Inf'] === undefined) return context.addIssue({ code: 'custom', path: ['+Inf'], message: 'is missing: it counts all requests' });
  const bounds = sortedBounds(given);
  for (const [index, [bound, value]] of bounds.entries()) {
    if (value < (bounds[index - 1]?.[1] ?? 0)) return context.addIssue({ code: 'custom', path: [bound], message: 'must not be less than the count of a lower bound: counts are cumulative' });
  }
});

/** Latencies of one arm in one look, in seconds, in one of three forms. */
export const armLatency = z.strictObject({ values: z.array(z.number().min(0)).optional(), buckets: buckets.optional(), le: cumulative.optional() })
  .refine((given) => Object.keys(given).length === 1, 'must have one of values, buckets or le');

export type ArmLatency = z.infer<typeof armLatency>;

/** How an arm's latencies are counted: in words, and the bounds where they are given. */
export function latencyForm({ le }: ArmLatency): { readonly form: string; readonly bounds: readonly number[] | null } {
  if (le === undefined) return { form: 'logarithmic buckets', bounds: null };
  const bounds = sortedBounds(le).slice(0, -1).map(([bound]) => Number(bound));
  return { form: `le ${bounds.join(', ')}`, bounds };
}

/** The counts per bucket. A value v is in bucket ⌈ln v ÷ ln γ⌉; among bounds it is in the first that it does not exceed. */
export function latencySketchOf(given: ArmLatency, accuracy: number): LatencySketch {
  if (given.le !== undefined) return sketchOfCumulative(given.le);
  const counts = new Map<number, number>();
  let zeros = given.buckets?.zero ?? 0;
  for (const [index, bucketCount] of Object.entries(given.buckets ?? {})) if (index !== 'zero' && bucketCount > 0) counts.set(Number(index), bucketCount);
  const width = logGamma(accuracy);
  for (const value of given.values ?? []) {
    const bucket = Math.ceil(Math.log(value) / width);
    if (value === 0) zeros += 1;
    else counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return sketchOfCounts(zeros, counts);
}

function sketchOfCumulative(le: Readonly<Record<string, number>>): LatencySketch {
  const bounds = sortedBounds(le);
  const counts = bounds.map(([, value], index): [number, number] => [index, value - (bounds[index - 1]?.[1] ?? 0)]);
  return { zeros: 0, buckets: counts.filter(([, value]) => value > 0) };
}

function sortedBounds(le: Readonly<Record<string, number>>): readonly (readonly [bound: string, count: number])[] {
  const seconds = (bound: string) => (bound === '+Inf' ? Infinity : Number(bound));
  return Object.entries(le).toSorted(([one], [other]) => seconds(one) - seconds(other));
}
