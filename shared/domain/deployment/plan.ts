import * as z from 'zod';

import { componentType } from '#domain/resources/application';
import { releaseName, resourceName, seconds, weightPercent } from '#domain/resources/names';
import { approval, rollbackTriggers, strategyType } from '#domain/resources/strategy';
import { provider } from '#domain/resources/target';

/** The most steps a plan may have (a machine walks them one by one, and an event carries them all). */
export const MAXIMUM_PLAN_STEPS = 100;

/**
 * The most bytes of JSON that a step's commands may take: an event has at most 32,256, and 2,048 of them are for its envelope, the
 * step's title and providers. A command of usual names takes 120, so these are about 250 commands.
 */
export const MAXIMUM_DISPATCH_BYTES = 30_208;

/** Which release of which version of the application serves on a side. */
export const sideReference = z.strictObject({
  release: releaseName,
  applicationVersion: z.int().min(1),
  /** It was stable when a deployment was abandoned: what serves now is not known, so the next deployment leaves no component alone. */
  unsettled: z.literal(true).optional(),
});

/** How many instances of a component run on each side. */
export const replicaCounts = z.strictObject({ new: z.int().min(0), stable: z.int().min(0) });

const stepShared = {
  /** Unique in its plan; the part of a command's id after the deployment's. */
  id: z.string().regex(/^[a-z0-9-]{1,60}$/),
  /** What the step does, in words for people. */
  title: z.string().max(200),
  wave: z.int().min(0),
};

/** A step that changes targets: all its commands are dispatched together under one task token. */
export const changeStep = z.strictObject({
  ...stepShared,
  kind: z.enum(['prepare', 'shift', 'replace', 'switch', 'workers', 'promote', 'retire', 'restore', 'cleanup']),
  targets: z.array(resourceName).min(1),
  /** The wanted instances per component; a component that is not named is not touched. */
  replicas: z.record(resourceName, replicaCounts),
  /** The share of traffic on the new side when the step is done. */
  weightPercent,
  timeoutSeconds: seconds,
  /** Whether the step changes what clients reach; such a step waits for pauses, freezes and policies. */
  changesTraffic: z.boolean(),
});

/** A step that asks the targets whether what runs is healthy. */
export const verifyStep = z.strictObject({ ...stepShared, kind: z.literal('verify'), targets: z.array(resourceName).min(1), components: z.array(resourceName), timeoutSeconds: seconds });

export const bakeStep = z.strictObject({ ...stepShared, kind: z.literal('bake'), durationSeconds: seconds });
export const pauseStep = z.strictObject({ ...stepShared, kind: z.literal('pause'), durationSeconds: seconds.optional() });
export const analysisStep = z.strictObject({ ...stepShared, kind: z.literal('analyse'), template: resourceName, templateVersion: z.int().min(1), targets: z.array(resourceName), horizonSeconds: seconds });
export const approvalStep = z.strictObject({ ...stepShared, kind: z.literal('approve'), approval });

/** One step of a plan. */
export const planStep = z.discriminatedUnion('kind', [changeStep, verifyStep, bakeStep, pauseStep, analysisStep, approvalStep]);

/** One place the deployment goes to, with what served there when it was planned. */
export const plannedTarget = z.strictObject({
  name: resourceName,
  provider,
  wave: z.int().min(0),
  /** Fences late effects: this deployment's commands carry it, its rollback's carry one more. */
  generation: z.int().min(1),
  stable: sideReference.nullable(),
});

/** What happens to one component: replaced, left alone because artefact and configuration are equal, or removed. */
export const plannedComponent = z.strictObject({ name: resourceName, type: componentType, change: z.enum(['replace', 'unchanged', 'remove']),
  /** The instances of the new and of the old release when it serves alone. */
  newReplicas: z.int().min(0), stableReplicas: z.int().min(0) });

/** What will happen, fixed when the deployment is planned. Never changed; to change a running deployment is to supersede it. */
export const plan = z.strictObject({
  strategy: strategyType,
  new: sideReference,
  targets: z.array(plannedTarget).min(1),
  components: z.array(plannedComponent).min(1),
  steps: z.array(planStep).max(MAXIMUM_PLAN_STEPS),
  rollbackTriggers,
  progressDeadlineSeconds: seconds,
  /** The analysis behind all steps, where there is one. */
  background: z.strictObject({ template: resourceName, templateVersion: z.int().min(1) }).nullable(),
  /** The old side stays this long after success and is then stopped; `null` when there is nothing to stop. */
  cleanup: z.strictObject({ delaySeconds: seconds, step: changeStep }).nullable(),
});

export type SideReference = z.infer<typeof sideReference>;
export type ReplicaCounts = z.infer<typeof replicaCounts>;
export type ChangeStep = z.infer<typeof changeStep>;
export type VerifyStep = z.infer<typeof verifyStep>;
export type PlanStep = z.infer<typeof planStep>;
export type PlannedTarget = z.infer<typeof plannedTarget>;
export type PlannedComponent = z.infer<typeof plannedComponent>;
export type Plan = z.infer<typeof plan>;

/** A step that is done by commands on targets. */
export type DispatchedStep = ChangeStep | VerifyStep;

/** Whether a step is done by commands on targets; the others are waits. */
export function isDispatched(step: PlanStep): step is DispatchedStep {
  return 'timeoutSeconds' in step;
}

/** Whether a step must wait for pauses, freezes and policies before it starts. */
export function changesTraffic(step: PlanStep): boolean {
  return 'changesTraffic' in step && step.changesTraffic;
}
