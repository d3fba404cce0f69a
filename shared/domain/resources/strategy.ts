import * as z from 'zod';

import { countOrPercent, resourceName, seconds, weightPercent } from '#domain/resources/names';

/** A gate where people decide: how many approvals are needed, and how long they may take (default 7 days). */
export const approval = z.strictObject({
  required: z.int().min(1).max(20).default(1),
  timeoutSeconds: seconds.min(1).default(604_800),
});

/** One step of a canary as its author writes it; exactly one field. */
export const canaryStep = z.union([
  z.strictObject({ weightPercent }),
  z.strictObject({ bakeSeconds: seconds.min(1) }),
  /** Without a duration it lasts until somebody promotes. */
  z.strictObject({ pause: z.strictObject({ durationSeconds: seconds.min(1).optional() }) }),
  z.strictObject({ analysis: z.strictObject({ template: resourceName }) }),
  z.strictObject({ approval }),
], { error: 'must be exactly one of weightPercent, bakeSeconds, pause, analysis, approval' });

/** What ends a deployment in a rollback by itself. All are on unless said otherwise; a person can always roll back. */
export const rollbackTriggers = z.strictObject({
  /** A Failed verdict of an analysis. */
  verdict: z.boolean(),
  /** A new instance that was ready and is no longer healthy. */
  health: z.boolean(),
  /** A step that is not done within the progress deadline. */
  deadline: z.boolean(),
  /** Whether a person may roll a running deployment back (abort). */
  manual: z.boolean(),
});

/** Fields that every strategy has. */
const shared = {
  /** How long one dispatched step may take. */
  progressDeadlineSeconds: seconds.min(1).default(600),
  rollbackTriggers: rollbackTriggers.partial().optional(),
  /** An analysis that runs behind all steps and can only fail. */
  analysis: z.strictObject({ template: resourceName }).optional(),
};

export const canaryParameters = z.strictObject({ ...shared, steps: z.array(canaryStep).max(60).default([{ weightPercent: 10 }, { bakeSeconds: 60 }, { weightPercent: 50 }, { bakeSeconds: 60 }]) });

export const rollingParameters = z.strictObject({
  ...shared,
  batchSize: countOrPercent.default('25%'),
  /** How many instances may be missing while a batch is replaced; 0 starts new ones before old ones stop. */
  maxUnavailable: countOrPercent.default(0),
});

export const recreateParameters = z.strictObject(shared);

export const blueGreenParameters = z.strictObject({
  ...shared,
  /** Analyses of the new side before it takes traffic, and after. */
  prePromotionAnalysis: z.strictObject({ template: resourceName }).optional(),
  postPromotionAnalysis: z.strictObject({ template: resourceName }).optional(),
  /** Switches without being asked; otherwise somebody approves the switch. */
  automaticSwitch: z.boolean().default(true),
  approval: approval.optional(),
  /** How long the old side stays after the deployment has succeeded. */
  scaleDownDelaySeconds: seconds.default(30),
});

/** The parameters of each strategy, by its name. A new strategy is added here. */
export const strategyParameters = {
  canary: canaryParameters,
  'blue-green': blueGreenParameters,
  rolling: rollingParameters,
  recreate: recreateParameters,
} as const;

export const strategyType = z.enum(['canary', 'blue-green', 'rolling', 'recreate']);

/** Parameters per strategy, each field optional: what is left out comes from the next layer below. */
export const strategyOverrides = z.strictObject({
  canary: fieldwise(canaryParameters).optional(),
  'blue-green': fieldwise(blueGreenParameters).optional(),
  rolling: fieldwise(rollingParameters).optional(),
  recreate: fieldwise(recreateParameters).optional(),
});

/** A strategy by its type, with parameters that override the layers below field by field. */
export const strategyChoice = z.discriminatedUnion('type', [
  fieldwise(canaryParameters).extend({ type: z.literal('canary') }),
  fieldwise(blueGreenParameters).extend({ type: z.literal('blue-green') }),
  fieldwise(rollingParameters).extend({ type: z.literal('rolling') }),
  fieldwise(recreateParameters).extend({ type: z.literal('recreate') }),
], { error: ({ input }) => (typeof input === 'object' && input !== null ? undefined : 'must be an object with a type, as {type: canary}') });

export type StrategyType = z.infer<typeof strategyType>;
export type CanaryStep = z.infer<typeof canaryStep>;
export type RollbackTriggers = z.infer<typeof rollbackTriggers>;
export type StrategyChoice = z.infer<typeof strategyChoice>;
export type StrategyOverrides = z.infer<typeof strategyOverrides>;
export type CanaryParameters = z.infer<typeof canaryParameters>;
export type BlueGreenParameters = z.infer<typeof blueGreenParameters>;
export type RollingParameters = z.infer<typeof rollingParameters>;
export type RecreateParameters = z.infer<typeof recreateParameters>;

/** A whole strategy: its type and all its parameters, defaults filled in. */
export type Strategy =
  | ({ readonly type: 'canary' } & CanaryParameters)
  | ({ readonly type: 'blue-green' } & BlueGreenParameters)
  | ({ readonly type: 'rolling' } & RollingParameters)
  | ({ readonly type: 'recreate' } & RecreateParameters);

/**
 * Takes the defaults out of an object schema, so that a field that was left out stays left out and cannot hide the layer below.
 */
function fieldwise<Shape extends z.core.$ZodLooseShape>(schema: z.ZodObject<Shape, z.core.$strict>) {
  const bare = Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, field instanceof z.ZodDefault ? field.unwrap() : field]));
  return z.strictObject(bare as { [K in keyof Shape]: Shape[K] extends z.ZodDefault<infer Inner> ? Inner : Shape[K] }).partial();
}
