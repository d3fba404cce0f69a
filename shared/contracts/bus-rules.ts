import { EVENT_SOURCE } from '#contracts/events';
import type { EventType } from '#contracts/events';

/** A rule on the bus: events that match the EventBridge pattern are given to the consumer, at least once and in no order. */
export type BusRule = {
  readonly consumer: string;
  readonly description: string;
  /** An EventBridge pattern over `source`, `detail-type` and `detail` (`detail` is the event's envelope). */
  readonly pattern: { readonly source: readonly string[]; readonly 'detail-type': readonly EventType[]; readonly detail?: { readonly [field: string]: unknown } };
};

const from = { source: [EVENT_SOURCE] } as const;

/** Who listens to what. On AWS each is a rule with a function and an on-failure queue; in one process the same patterns are matched. */
export const busRules = [
  {
    consumer: 'start-execution',
    description: 'plans a requested deployment and starts the machine of a planned one, should the request not have come that far',
    pattern: { ...from, 'detail-type': ['DeploymentRequested', 'DeploymentPlanned'] },
  },
  {
    consumer: 'resume-machine',
    description: 'gives back the task tokens whose wait is over',
    pattern: { ...from, 'detail-type': ['StepSucceeded', 'StepFailed', 'StepSkipped', 'VerdictReached', 'HealthLost', 'ApprovalGiven', 'ApprovalDenied', 'DeploymentResumed', 'PromotedFully', 'AbortRequested', 'RollbackStarted', 'RollbackStepFailed', 'DeploymentAbandoned'] },
  },
  {
    consumer: 'hand-to-agent',
    description: 'puts the commands of a dispatched step where the target\'s agent reads them',
    pattern: { ...from, 'detail-type': ['StepDispatched'], detail: { payload: { providers: ['agent'] } } },
  },
  {
    consumer: 'record-report',
    description: 'records a target\'s report in the deployment\'s stream',
    pattern: { ...from, 'detail-type': ['ReportReceived'] },
  },
  {
    consumer: 'advance-queue',
    description: 'frees the leases of an ended deployment and plans the next one that waits for them',
    pattern: { ...from, 'detail-type': ['DeploymentSucceeded', 'DeploymentFailed', 'DeploymentRolledBack', 'DeploymentAborted'] },
  },
] as const satisfies readonly BusRule[];

export type BusConsumer = (typeof busRules)[number]['consumer'];

/**
 * Who listens on AWS alone, because there is something to keep in step with the events that one process has no need of. As `busRules`, each is a
 * rule with a function and an on-failure queue.
 */
export const gatewayRules = [
  {
    consumer: 'throttle-tenant',
    description: 'gives a new tenant a throttle of its own at the gateway, and takes it from a deleted one',
    pattern: { ...from, 'detail-type': ['TenantCreated', 'TenantDeleted'] },
  },
] as const satisfies readonly BusRule[];

export type GatewayConsumer = (typeof gatewayRules)[number]['consumer'];
