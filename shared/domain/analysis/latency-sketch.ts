import * as z from 'zod';

/** The relative accuracy of the latency sketch: a value is known to within 1 %. */
export const SKETCH_ACCURACY = 0.01;

/**
 * Latencies of one second as counts per logarithmic bucket: bucket(v) = ⌈ln v ÷ ln γ⌉ over v in seconds with
 * γ = (1 + 0.01) ÷ (1 − 0.01), and a bucket of its own for 0. Merging is adding. Source: DDSketch (VLDB 2019).
 */
export const latencySketch = z.strictObject({
  zeros: z.int().min(0),
  buckets: z.array(z.tuple([z.int().min(-2000).max(2000), z.int().min(1)])).max(600),
});

export type LatencySketch = z.infer<typeof latencySketch>;

/** γ of the sketch: the ratio between the bounds of one bucket. Source: DDSketch (Masson, Rim, Lee; VLDB 2019), section 2.2. */
export const SKETCH_GAMMA = (1 + SKETCH_ACCURACY) / (1 - SKETCH_ACCURACY);

/** The most buckets of one sketch, as the contract says. 600 span a factor of γ^600 ≈ 163 000, as from 1 ms to 163 s. */
export const MAXIMUM_SKETCH_BUCKETS = 600;

const LOGARITHM_OF_GAMMA = Math.log(SKETCH_GAMMA);
const OUTERMOST_BUCKET = 2000;

/** A sketch of nothing. */
export const emptySketch: LatencySketch = { zeros: 0, buckets: [] };

/**
 * The bucket of a latency in seconds: ⌈ln v ÷ ln γ⌉, held within the contract's ±2000 (about 4·10⁻¹⁸ s to 2·10¹⁷ s).
 * `null` is the bucket of 0; what is negative or not a number counts as 0, since a clock may step back.
 */
export function latencyBucket(seconds: number): number | null {
  if (!(seconds > 0)) return null;
  const bucket = Math.ceil(Math.log(seconds) / LOGARITHM_OF_GAMMA);
  return Math.max(-OUTERMOST_BUCKET, Math.min(OUTERMOST_BUCKET, bucket));
}

/** The latency in seconds that stands for a bucket: 2γ^i ÷ (γ + 1), within 1 % of every value in it. Source: DDSketch, lemma 2. */
export function bucketSeconds(bucket: number): number {
  return (2 * SKETCH_GAMMA ** bucket) / (SKETCH_GAMMA + 1);
}

/** Adds sketches up. Buckets come in rising order; the result does not depend on the order of the sketches. */
export function mergeSketches(sketches: readonly LatencySketch[]): LatencySketch {
  const counts = new Map<number, number>();
  let zeros = 0;
  for (const sketch of sketches) {
    zeros += sketch.zeros;
    for (const [bucket, count] of sketch.buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return sketchOfCounts(zeros, counts);
}

/**
 * A sketch of counts per bucket. Where there are more buckets than a sketch may have, the lowest are added to the lowest that stays, as
 * DDSketch does: the high quantiles, which are judged, keep their accuracy.
 */
export function sketchOfCounts(zeros: number, counts: ReadonlyMap<number, number>): LatencySketch {
  const buckets = [...counts].sort(([left], [right]) => left - right);
  const surplus = buckets.splice(0, Math.max(0, buckets.length - MAXIMUM_SKETCH_BUCKETS));
  const lowest = buckets[0];
  if (lowest !== undefined) lowest[1] += surplus.reduce((sum, [, count]) => sum + count, 0);
  return { zeros, buckets };
}

/** How many latencies a sketch holds. */
export function sketchCount(sketch: LatencySketch): number {
  return sketch.buckets.reduce((sum, [, count]) => sum + count, sketch.zeros);
}

/**
 * The latency in seconds at a quantile from 0 to 1, within 1 %; `undefined` of an empty sketch. It is the value of rank ⌊q(n − 1)⌋ + 1,
 * as in DDSketch, algorithm 2.
 */
export function sketchQuantile(sketch: LatencySketch, quantile: number): number | undefined {
  const total = sketchCount(sketch);
  if (total === 0) return undefined;
  const rank = quantile * (total - 1);
  let seen = sketch.zeros;
  if (seen > rank) return 0;
  for (const [bucket, count] of sketch.buckets) {
    seen += count;
    if (seen > rank) return bucketSeconds(bucket);
  }
  const last = sketch.buckets.at(-1);
  return last === undefined ? 0 : bucketSeconds(last[0]);
}
