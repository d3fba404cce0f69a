import { latencyBucket, sketchOfCounts } from '#domain/analysis/latency-sketch';
import type { LatencySketch } from '#domain/analysis/latency-sketch';

/** A sketch of latencies, in seconds. */
export function sketchOf(values: readonly number[]): LatencySketch {
  const buckets = values.map(latencyBucket);
  const counts = new Map<number, number>();
  for (const bucket of buckets) if (bucket !== null) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return sketchOfCounts(buckets.filter((bucket) => bucket === null).length, counts);
}
