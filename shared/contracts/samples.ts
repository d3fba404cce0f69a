import * as z from 'zod';

import { latencySketch } from '#domain/analysis/latency-sketch';
import { releaseName, resourceName } from '#domain/resources/names';

/** What one release of one component did in one second. There are no more errors than requests: a rule that the use case checks, as JSON Schema cannot say it. */
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
});

/** The most samples of one request: with some 100 latency buckets each they are the largest body in use, about 1 MB. */
export const MAXIMUM_SAMPLES = 1000;

/** A batch of samples of one target; sending the same second of the same release again replaces it. */
export const sampleBatch = z.strictObject({ target: resourceName, samples: z.array(sample).min(1).max(MAXIMUM_SAMPLES) });

export type Sample = z.infer<typeof sample>;
