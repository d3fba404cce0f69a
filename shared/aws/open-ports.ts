import type { FunctionEnvironment } from '#contracts/function-environment';
import { machineName } from '#contracts/functions';
import type { MachineName } from '#contracts/functions';
import { systemClock } from '#engine/system-clock';
import { SystemIds } from '#engine/system-ids';
import { Vault } from '#engine/vault';
import type { Ports } from '#ports/ports';
import type { RateLimits } from '#ports/rate-limit';
import type { Tickets } from '#ports/tickets';

import { EventBridgeBus } from './bus.ts';
import { clients } from './clients.ts';
import { GatewayConnections } from './connections.ts';
import { DynamoEventStore } from './event-store.ts';
import { Feed } from './feed.ts';
import { DynamoIdempotency } from './idempotency.ts';
import { DynamoKeys } from './keys.ts';
import { lateBlobs, lateBus, lateDelays, lateExecutions, lateSockets } from './late.ts';
import { DynamoLeases } from './lease.ts';
import { openedOnce } from './opened-once.ts';
import { DynamoPermits } from './permits.ts';
import { DynamoRateLimits } from './rate-limit.ts';
import { DynamoReadModels } from './read-model.ts';
import { DynamoRelay } from './relay.ts';
import { DynamoSamples } from './samples.ts';
import { sealedKeysIn } from './sealed-keys.ts';
import { DynamoSecrets } from './secrets.ts';
import { Table } from './table.ts';
import { DynamoTickets } from './tickets.ts';
import { QueueTimers } from './timer.ts';
import { StepFunctionsWorkflow } from './workflow.ts';

/** The ports on AWS, and what this engine's own functions need beside them. */
export type AwsPorts = {
  readonly ports: Ports & { readonly connections: GatewayConnections; readonly timers: QueueTimers };
  readonly tickets: Tickets;
  readonly rateLimits: RateLimits;
  readonly feed: Feed;
  readonly relay: DynamoRelay;
  /** A tenant's data key, unsealed: 32 bytes. */
  dataKeyOf(tenant: string): Promise<Uint8Array>;
};

/** Makes all ports. Nothing is called before it is used, so a function may have ports that it has no grant for. */
export function openAwsPorts(environment: FunctionEnvironment): AwsPorts {
  const clock = systemClock;
  const ids = new SystemIds();
  const now = () => clock.now();
  const events = new Table(clients.dynamodb(), environment.SLUICE_EVENTS_TABLE);
  const state = new Table(clients.dynamodb(), environment.SLUICE_STATE_TABLE);
  const bus = lateBus(openedOnce(async () => (await import('./event-bridge.ts')).openEventBridge(environment.SLUICE_BUS)));
  const feed = new Feed(events, state);
  const vault = openedOnce(async () => await Vault.open(sealedKeysIn(state), await (await import('./master-key.ts')).readMasterKey(environment.SLUICE_MASTER_KEY_PARAMETER)));
  const delays = lateDelays(openedOnce(async () => (await import('./delays.ts')).openDelays({
    queueUrl: environment.SLUICE_TIMERS_QUEUE_URL, queueArn: environment.SLUICE_TIMERS_QUEUE_ARN,
    scheduleGroup: environment.SLUICE_SCHEDULE_GROUP, roleArn: environment.SLUICE_SCHEDULER_ROLE_ARN,
  })));
  const executions = lateExecutions(openedOnce(async () => (await import('./executions.ts')).openExecutions()));
  const sockets = lateSockets(openedOnce(async () => (await import('./gateway.ts')).openGateway(environment.SLUICE_CONNECTIONS_ENDPOINT)));
  return {
    ports: {
      events: new DynamoEventStore(events, feed), readModels: new DynamoReadModels(state, now), leases: new DynamoLeases(state),
      workflow: new StepFunctionsWorkflow({ executions, machines: machinesAt(environment.SLUICE_MACHINE_ARN_PREFIX), state, clock }),
      bus: new EventBridgeBus(bus, clock, ids), timers: new QueueTimers(state, delays, clock), blobs: lateBlobs(openedOnce(async () => (await import('./blobs.ts')).openBlobs(environment.SLUICE_BLOBS_BUCKET, { isEmulated: environment.AWS_ENDPOINT_URL !== undefined }))),
      secrets: new DynamoSecrets(state, vault), samples: new DynamoSamples(state), connections: new GatewayConnections(sockets, state, now),
      keys: new DynamoKeys(state), idempotency: new DynamoIdempotency(state, vault), permits: new DynamoPermits(state, now), clock, ids,
    },
    tickets: new DynamoTickets(state, now), rateLimits: new DynamoRateLimits(state, clock), feed, relay: new DynamoRelay({ events, state, bus }),
    dataKeyOf: async (tenant) => await (await vault()).dataKey(tenant),
  };
}

function machinesAt(prefix: string): { readonly [Name in MachineName]: string } {
  const { canary, 'blue-green': blueGreen, rolling, recreate, recover } = machineName.enum;
  return { canary: `${prefix}${canary}`, 'blue-green': `${prefix}${blueGreen}`, rolling: `${prefix}${rolling}`, recreate: `${prefix}${recreate}`, recover: `${prefix}${recover}` };
}
