import * as z from 'zod';

import { resourceName } from '#domain/resources/names';
import { approval, strategyChoice, strategyOverrides } from '#domain/resources/strategy';

/** A time in which nothing may change: once from one instant to another, or again and again by a cron expression. */
export const freeze = z.union([
  z.strictObject({ name: resourceName, reason: z.string().max(500).optional(), startsAt: z.string().max(40), endsAt: z.string().max(40), timeZone: z.string().max(64).optional() }),
  z.strictObject({ name: resourceName, reason: z.string().max(500).optional(), schedule: z.string().max(100), durationMinutes: z.int().min(1).max(44_640), timeZone: z.string().max(64).default('UTC') }),
], { error: 'must be once ({name, startsAt, endsAt}) or again and again ({name, schedule, durationMinutes})' });

const wave = z.strictObject({ targets: z.array(resourceName).min(1).max(100) }, { error: ({ code }) => (code === 'invalid_type' ? 'must be an object with targets, as {targets: [edge-1]}' : undefined) });

/** An ordered stage with its rules and targets. */
export const environmentSpec = z.strictObject({
  description: z.string().max(1000).optional(),
  /** Where this environment stands in the order of promotion; development 1, staging 2, production 3 are usual. */
  order: z.int().min(0).max(1000).optional(),
  /** Sets of targets that change together, one after the other. */
  waves: z.array(wave).min(1, 'must name at least one wave of targets').max(20),
  /** The strategy of a request that names none. */
  strategy: strategyChoice.default({ type: 'rolling' }),
  /** The parameters per strategy, for requests that name only a type. */
  strategies: strategyOverrides.optional(),
  /** Approvals needed before the first change. */
  approvals: approval.optional(),
  freezes: z.array(freeze).max(50).default([]),
});

export type Freeze = z.infer<typeof freeze>;
export type EnvironmentSpec = z.infer<typeof environmentSpec>;
