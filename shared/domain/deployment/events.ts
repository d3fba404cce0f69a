import * as z from 'zod';

import { plan, planStep } from '#domain/deployment/plan';
import { releaseName, resourceName, instant } from '#domain/resources/names';
import { strategyChoice, strategyType } from '#domain/resources/strategy';
import { provider } from '#domain/resources/target';

/** A deployment's id: `dep-` and 26 characters that sort by time. */
export const deploymentId = z.string().regex(/^dep-[0-9a-z]{26}$/, 'must be a deployment id, "dep-" and 26 letters and digits').meta({ example: 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n' });

/** How urgent a request is; a queued request is replaced only by one of equal or higher priority. */
export const priority = z.enum(['low', 'normal', 'high', 'critical']);

/** What a request does when another deployment of the application holds one of its targets. */
export const ifRunning = z.enum(['queue', 'supersede', 'refuse']);

/** A statistical comparison's result. */
export const verdict = z.enum(['Successful', 'Failed', 'Inconclusive', 'Error']);

/** Who did something: a key's name and id, or `sluice` itself. */
export const actor = z.strictObject({ id: z.string().max(128), name: z.string().max(128) });

/** One named check, before or after. The longest name is `permission/TARGET/COMPONENT`: 11 + 63 + 1 + 63 characters. */
export const check = z.strictObject({ check: z.string().max(138), outcome: z.enum(['passed', 'failed', 'skipped']), reason: z.string().max(1000) });

const reason = z.string().max(2000);
const stepId = z.string().max(64);

/** A command as its dispatch names it: enough to route it; the work itself is derived from the plan. */
export const dispatchedCommand = z.strictObject({ id: z.string().max(300), target: resourceName, component: resourceName, provider });

/** Why a deployment is going back. */
export const rollbackCause = z.enum(['failure', 'verdict', 'health', 'deadline', 'denied', 'aborted', 'superseded']);

/**
 * The events of a deployment's stream, by type. The payload is everything a fold needs; order is that of the stream.
 * After a terminal event only cleanup events follow, and none of them changes the state.
 */
export const deploymentEventPayloads = {
  DeploymentRequested: z.strictObject({
    deployment: deploymentId, application: resourceName, release: releaseName, environment: resourceName,
    strategy: z.union([strategyType, strategyChoice]).nullable(), priority, ifRunning, requestedBy: actor,
    retryOf: deploymentId.nullable(), rollbackOf: deploymentId.nullable(),
  }),
  DeploymentQueued: z.strictObject({ behind: z.array(deploymentId).max(20), reason }),
  DeploymentPlanned: z.strictObject({ plan: z.union([plan, z.strictObject({ digest: z.string() })]), environmentVersion: z.int().min(1), reason }),
  ValidationFinished: z.strictObject({ phase: z.enum(['before', 'after']), checks: z.array(check).max(200), passed: z.boolean(), reason }),
  StepDispatched: z.strictObject({ step: stepId, attempt: z.int().min(1), generationOffset: z.int().min(0).max(1), commands: z.array(dispatchedCommand).max(500), providers: z.array(provider), reason }),
  WaitStarted: z.strictObject({ step: stepId, until: instant.nullable(), reason }),
  CommandReported: z.strictObject({ command: z.string().max(300), outcome: z.enum(['succeeded', 'failed']), reason }),
  StepSucceeded: z.strictObject({ step: stepId, reason }),
  StepFailed: z.strictObject({ step: stepId, cause: rollbackCause, reason }),
  StepSkipped: z.strictObject({ step: stepId, by: actor, reason }),
  VerdictReached: z.strictObject({ step: stepId.nullable(), run: z.int().min(1), verdict, reason }),
  AnalysisRestarted: z.strictObject({ step: stepId.nullable(), run: z.int().min(1), reason }),
  HealthLost: z.strictObject({ target: resourceName, component: resourceName, reason }),
  ApprovalGiven: z.strictObject({ step: stepId, by: actor, approvals: z.int().min(1), required: z.int().min(1), reason }),
  ApprovalDenied: z.strictObject({ step: stepId, by: actor, reason }),
  DeploymentPaused: z.strictObject({ by: z.enum(['person', 'freeze', 'analysis']), actor: actor.nullable(), until: instant.nullable(), reason }),
  DeploymentResumed: z.strictObject({ by: z.enum(['person', 'freeze']), actor: actor.nullable(), reason }),
  PromotedFully: z.strictObject({ by: actor, reason }),
  AbortRequested: z.strictObject({ by: actor, cause: z.enum(['aborted', 'superseded']), reason }),
  RollbackStarted: z.strictObject({ cause: rollbackCause, steps: z.array(planStep).max(20), reason }),
  RollbackStepFailed: z.strictObject({ step: stepId, attempt: z.int().min(1), reason }),
  DeploymentAbandoned: z.strictObject({ by: actor, reason }),
  DeploymentSucceeded: z.strictObject({ reason, cleanupAt: instant.nullable() }),
  DeploymentFailed: z.strictObject({ reason }),
  DeploymentRolledBack: z.strictObject({ reason }),
  DeploymentAborted: z.strictObject({ reason }),
  CleanupFinished: z.strictObject({ outcome: z.enum(['done', 'takenOver', 'failed']), reason }),
} as const;

export type DeploymentEventType = keyof typeof deploymentEventPayloads;

/** Any event of a deployment: its type, its payload and when it happened (ISO 8601 UTC). */
export type DeploymentEvent = {
  readonly [Type in DeploymentEventType]: { readonly type: Type; readonly payload: z.infer<(typeof deploymentEventPayloads)[Type]>; readonly at: string };
}[DeploymentEventType];

export type Priority = z.infer<typeof priority>;
export type IfRunning = z.infer<typeof ifRunning>;
export type Verdict = z.infer<typeof verdict>;
export type Actor = z.infer<typeof actor>;
export type Check = z.infer<typeof check>;
export type RollbackCause = z.infer<typeof rollbackCause>;
export type DispatchedCommand = z.infer<typeof dispatchedCommand>;

/** The terminal events, in the order of the states they lead to. */
export const TERMINAL_EVENTS = ['DeploymentSucceeded', 'DeploymentFailed', 'DeploymentRolledBack', 'DeploymentAborted'] as const satisfies readonly DeploymentEventType[];
