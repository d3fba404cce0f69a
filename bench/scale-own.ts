import { TENANTS_AT_ONCE } from '#application/sweep/each-tenant';
import { TENANTS_LOOKING } from '#application/sweep/look-room';
import { MAXIMUM_PAGES, PAGE } from '#application/sweep/stale-read-models';
import { AT_ONCE } from '#aws/each-of';
import { HOUR_PARTS } from '#aws/event-item';
import { SUBSCRIPTIONS_AT_ONCE } from '#aws/pump';
import { ENTRIES_PER_REQUEST } from '#aws/put-events';
import { MAXIMUM_TRANSACTION } from '#aws/table';
import { busRules, gatewayRules } from '#contracts/bus-rules';
import { functionTable } from '#contracts/function-table';
import { tenantRate } from '#contracts/rates';
import { MAXIMUM_CONNECTIONS_PER_TENANT, PING_SECONDS } from '#contracts/stream';
import { schedules } from '#contracts/timers';

/**
 * Bounds that are ours and not AWS's. Those that the code has by a name are that very constant; those that stand in the app's constructs are compared
 * with these by a test, so that nobody has to load the CDK for a sum.
 */
export const own = {
  hourParts: HOUR_PARTS, atOnce: AT_ONCE, entriesPerPut: ENTRIES_PER_REQUEST, subscriptionsAtOnce: SUBSCRIPTIONS_AT_ONCE,
  /** The feed's end is one write of a transaction; an event is its place and at most one mark. */
  feedEventsPerTransaction: Math.floor((MAXIMUM_TRANSACTION - 1) / 2),
  sweptEventsPerMinute: PAGE * MAXIMUM_PAGES, sweptTenantsAtOnce: TENANTS_AT_ONCE, lookingTenants: TENANTS_LOOKING,
  tenantRequestsPerSecond: tenantRate.perSecond, tenantConnections: MAXIMUM_CONNECTIONS_PER_TENANT, pingSeconds: PING_SECONDS,
  sweepFunctionSeconds: functionTable.sweep.timeoutSeconds, sweepsPerMinute: 1 / (schedules.find(({ name }) => name === 'sweep')?.everyMinutes ?? 1),
  advanceQueueSeconds: functionTable['advance-queue'].timeoutSeconds,
  /** Our own rules, and the one that EventBridge makes for an archive. */
  rules: busRules.length + gatewayRules.length + 1,
  /** In `cdk/constructs/control-plane.ts`: the throttle of both stages without the setting `requestsPerSecond`; in `rest-api.ts` how long the authorizer's answer is kept. */
  stageRequestsPerSecond: 1000, authorizerCacheSeconds: 30,
  /** In `cdk/constructs/control-plane.ts`: the records of one batch of the stream, and how many batches of a shard are worked on side by side. */
  streamBatch: 100, batchesPerShard: 10,
  /** In `functions/projector.ts`: the most that followers take of a batch's time; in `functions/runtime/serve-subscriptions.ts` of a sweep's; in `shared/aws/followers.ts` how many tenants at once. */
  followersSeconds: 2, sweptFollowersSeconds: 10, followedTenantsAtOnce: 4,
  /** In `shared/application/agents/operations.ts`: how often an agent sends samples while something is deployed. */
  activeSampleSeconds: 2,
  /** In `shared/application/sweep/schedules.ts`: how long a sweep goes from tenant to tenant, and how many deployments it looks at; in `sweep-tenant.ts` how many of one tenant. */
  sweepSeconds: 40, sweepDeployments: 500, sweepDeploymentsOfTenant: 200,
  /** In `shared/aws/checkpoints.ts`: how long a sweep makes checkpoints. */
  sealingSeconds: 15,
} as const;

/**
 * How many calls of AWS the sweep makes one after the other, counted in the code. For each open deployment: it is folded once for each of the seven comparisons (7); its execution is
 * asked for once, by an item and a call of Step Functions (2); the analysis in the background asks for its template and its last look (2); the timers and the tokens fold it
 * once more each (2), and its tokens are listed three times (3). For each tenant: how far it was swept, a page of its feed, its leases, its queue, a list for each of the five open states,
 * its targets, and which of them differed the last time; for each target that tells what it serves its leases, and the deployment that made that stable.
 * For each tenant of which something moved, before that: its last checkpoints twice, the heads of its streams, its key, and the new checkpoint. For all: the tenants twice (4), how far the index
 * was read, and that again (3), the marks of what is new (4), and each part of one hour, or of two in six minutes of sixty.
 */
export const sweepCalls = { eachDeployment: 16, eachTarget: 2, eachTenant: 11, eachMovedTenant: 5, all: 11, eachHourPart: 1.1 } as const;

/**
 * What one queued request costs whoever tries it again, in calls one after the other: its stream, its sources (application, release, environment, targets, templates), its place in
 * the queue, the queue twice, the leases, and its stream once more to note what it waits for.
 */
export const QUEUED_TRY_CALLS = 11;

/** A subscription's item is some 300 bytes: keys, topic, position. */
export const SUBSCRIPTION_BYTES = 300;
