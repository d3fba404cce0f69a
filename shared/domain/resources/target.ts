import * as z from 'zod';

/** Who does the work on a target. New providers are added here, with an adapter under `shared/adapters`. */
export const provider = z.enum(['agent']);

/** Where a component runs: a provider, and what that provider needs to find the place. */
export const targetSpec = z.strictObject({
  description: z.string().max(1000).optional(),
  provider,
  cloud: z.enum(['aws', 'azure', 'gcp', 'kubernetes', 'docker', 'hybrid']).optional(),
  region: z.string().max(64).optional(),
  labels: z.record(z.string().max(63), z.string().max(255)).optional(),
});

export type Provider = z.infer<typeof provider>;
