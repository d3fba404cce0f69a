import * as z from 'zod';

import { releaseName, resourceName } from '#domain/resources/names';

/**
 * Latencies of one second as counts per logarithmic bucket: bucket(v) = ⌈ln v ÷ ln γ⌉ over v in seconds with
 * γ = (1 + 0.01) ÷ (1 − 0.01), and a bucket of its own for 0. Merging is adding. Source: DDSketch (VLDB 2019).
 */
export const latencySketch = z.strictObject({
  zeros: z.int().min(0),
  buckets: z.array(z.tuple([z.int().min(-2000).max(2000), z.int().min(1)])).max(600),
});

/** What one release of one component did in one second. */
export const sample = z.strictObject({
  application: resourceName,
  component: resourceName,
  release: releaseName,
  /** Seconds since 1970-01-01T00:00:00Z. */
  second: z.int().min(0).max(99_999_999_999),
  requests: z.int().min(0),
  /** Requests that the release answered with 5xx or not at all. */
  errors: z.int().min(0),
  latency: latencySketch,
}).refine((one) => one.errors <= one.requests, { error: 'must not be more than requests', path: ['errors'] });

/** A batch of samples of one target; sending the same second of the same release again replaces it. */
export const sampleBatch = z.strictObject({ target: resourceName, samples: z.array(sample).min(1).max(1000) });

/** The relative accuracy of the latency sketch: a value is known to within 1 %. */
export const SKETCH_ACCURACY = 0.01;

export type LatencySketch = z.infer<typeof latencySketch>;
export type Sample = z.infer<typeof sample>;
export type SampleBatch = z.infer<typeof sampleBatch>;
