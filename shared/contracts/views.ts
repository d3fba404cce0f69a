import * as z from 'zod';

import { componentHealth } from '#contracts/adapter';
import { role } from '#contracts/roles';
import { actor, check, deploymentId, priority, verdict } from '#domain/deployment/events';
import { plan } from '#domain/deployment/plan';
import { releaseName, resourceName } from '#domain/resources/names';
import { strategyType } from '#domain/resources/strategy';

/** The states of a deployment; the last four are final. */
export const deploymentState = z.enum(['Requested', 'Planned', 'Progressing', 'Paused', 'RollingBack', 'Succeeded', 'Failed', 'RolledBack', 'Aborted']);

/** One step of a deployment and how far it is. */
export const stepView = z.strictObject({
  id: z.string(), kind: z.string(), title: z.string(), wave: z.int(),
  phase: z.enum(['forward', 'rollback', 'cleanup']),
  status: z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped']),
  reason: z.string(), attempt: z.int(), startedAt: z.iso.datetime().nullable(), endedAt: z.iso.datetime().nullable(), until: z.iso.datetime().nullable(),
  commands: z.array(z.strictObject({ id: z.string(), target: resourceName, component: resourceName, status: z.enum(['running', 'succeeded', 'failed']), reason: z.string() })),
});

/** A deployment as the API shows it: a fold of its stream. */
export const deploymentView = z.strictObject({
  id: deploymentId, application: resourceName, release: releaseName, environment: resourceName,
  state: deploymentState, reason: z.string(),
  strategy: strategyType.nullable(), priority, requestedBy: actor,
  /** The version of the stream; also the ETag. */
  version: z.int(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime(),
  retryOf: deploymentId.nullable(), rollbackOf: deploymentId.nullable(),
  /** The step that runs or waits now. */
  step: z.string().nullable(),
  /** The share of traffic on the new release per target, as last reached. */
  weightPercent: z.record(resourceName, z.int()),
  paused: z.strictObject({ by: z.enum(['person', 'freeze', 'analysis']), until: z.iso.datetime().nullable(), reason: z.string() }).nullable(),
  steps: z.array(stepView),
  checks: z.array(z.strictObject({ phase: z.enum(['before', 'after']), ...check.shape })),
  verdicts: z.array(z.strictObject({ step: z.string().nullable(), run: z.int(), verdict, reason: z.string(), at: z.iso.datetime() })),
  approvals: z.array(z.strictObject({ step: z.string(), by: actor, at: z.iso.datetime(), reason: z.string() })),
  targets: z.array(z.strictObject({ name: resourceName, wave: z.int(), stable: releaseName.nullable() })),
});

/** A deployment as lists show it; from a read model, which may lag behind the stream. */
export const deploymentSummary = deploymentView.pick({ id: true, application: true, release: true, environment: true, state: true, reason: true, strategy: true, version: true, createdAt: true, updatedAt: true, step: true, weightPercent: true });

/** What a request would do: the plan, or why there is none. */
export const planView = z.strictObject({ application: resourceName, release: releaseName, environment: resourceName, plan });

/** What all checks before a deployment say; nothing was changed. */
export const validationView = z.strictObject({ passed: z.boolean(), checks: z.array(check) });

/** A key as it is shown: never the key itself, only its prefix. */
export const apiKeyView = z.strictObject({
  id: z.string(), name: z.string(), prefix: z.string(), role, target: resourceName.nullable(),
  createdAt: z.iso.datetime(), expiresAt: z.iso.datetime().nullable(), lastUsedAt: z.iso.datetime().nullable(), revokedAt: z.iso.datetime().nullable(),
});

/** A key at the moment it was made: the only time that its value is shown. */
export const createdApiKey = z.strictObject({ ...apiKeyView.shape, key: z.string() });

/** A secret as it is shown: never its value. */
export const secretView = z.strictObject({ name: resourceName, version: z.int(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() });

/** A tenant as its operator sees it. */
export const tenantView = z.strictObject({ name: resourceName, createdAt: z.iso.datetime() });

/** A target's health: whether its agent or cluster answers, and what runs there. */
export const targetStatus = z.strictObject({
  target: resourceName, reachable: z.boolean(), lastSeenAt: z.iso.datetime().nullable(), instance: z.string().nullable(), epoch: z.int(), version: z.string().nullable(),
  components: z.array(componentHealth), reason: z.string(),
  serving: z.array(z.strictObject({ application: resourceName, release: releaseName.nullable(), heldBy: deploymentId.nullable() })),
});

export type DeploymentStateName = z.infer<typeof deploymentState>;
export type DeploymentView = z.infer<typeof deploymentView>;
export type DeploymentSummary = z.infer<typeof deploymentSummary>;
export type StepView = z.infer<typeof stepView>;
export type PlanView = z.infer<typeof planView>;
export type ValidationView = z.infer<typeof validationView>;
export type ApiKeyView = z.infer<typeof apiKeyView>;
export type TenantView = z.infer<typeof tenantView>;
export type TargetStatus = z.infer<typeof targetStatus>;
