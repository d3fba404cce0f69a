import { CALL_SECONDS, demandOf, waitingAgentDemand } from './scale-demand.ts';
import type { Demand, TargetKind } from './scale-demand.ts';
import { agentsAt, growth, peakRate } from './scale-levels.ts';
import type { Level } from './scale-levels.ts';
import { QUEUED_TRY_CALLS, SUBSCRIPTION_BYTES, own } from './scale-own.ts';
import { quotaOf } from './scale-quotas.ts';

/** One partition of a tenant in the tables, and how many units a second it has to take for each deployment that begins in a second. */
export type HotKey = {
  readonly key: string; readonly why: string;
  readonly quota: 'partitionWriteUnits' | 'partitionReadUnits';
  /** Units for each deployment; a unit of a transaction is two. */
  readonly unitsPerDeployment: (one: Demand) => number;
  /** Whether its places only grow: then DynamoDB gains nothing by splitting it. */
  readonly isGrowing: boolean;
};

/** DynamoDB counts a strongly consistent read by 4 kB. */
const READ_UNIT_BYTES = 4096;

/** What holds and frees the lease of one target: two units in the transaction, one to free it. */
const LEASE_UNITS = 3;

/** A command as it is handed over, with what is wanted of both sides, is some 2 kB; the mark of its end is one unit. */
const COMMAND_UNITS = 3;

/** Reading all subscriptions of a tenant that has as many connections as it may, each with one. */
export function subscriptionReadUnits(connections: number = own.tenantConnections): number {
  return Math.ceil((connections * SUBSCRIPTION_BYTES) / READ_UNIT_BYTES);
}

/** The partitions of one tenant that much goes through, hottest first. */
export const hotKeys: readonly HotKey[] = [
  { key: '`TENANT#subscription`, read', why: 'by the projector for each batch, with 500 connections', quota: 'partitionReadUnits', unitsPerDeployment: ({ feedTransactions }) => feedTransactions * subscriptionReadUnits(), isGrowing: false },
  { key: '`TENANT#samples`', why: 'one item, the tenant\'s limit of samples: taken from by each batch, two writes', quota: 'partitionWriteUnits', unitsPerDeployment: ({ openSeconds }) => (2 * openSeconds) / own.activeSampleSeconds, isGrowing: false },
  { key: '`TENANT#feed`', why: 'the place of each event, in a transaction', quota: 'partitionWriteUnits', unitsPerDeployment: ({ relayedEvents }) => 2 * relayedEvents, isGrowing: true },
  { key: '`TENANT#fed`', why: 'the mark of its stream with each event, in the same transaction', quota: 'partitionWriteUnits', unitsPerDeployment: ({ relayedEvents }) => 2 * relayedEvents, isGrowing: false },
  { key: '`TENANT#feed-end`', why: 'one item, moved by each transaction; with more to do a transaction takes up to 49 events', quota: 'partitionWriteUnits', unitsPerDeployment: ({ relayedEvents }) => (2 * relayedEvents) / own.feedEventsPerTransaction, isGrowing: false },
  { key: '`TENANT#relayed`', why: 'the mark of its stream with each event', quota: 'partitionWriteUnits', unitsPerDeployment: ({ relayedEvents }) => relayedEvents, isGrowing: false },
  { key: '`TENANT#model#deployments`', why: 'the summary with each event', quota: 'partitionWriteUnits', unitsPerDeployment: ({ relayedEvents }) => relayedEvents, isGrowing: false },
  { key: '`TENANT#model#commands`', why: 'a command for each dispatched step, target and component, and the mark of its end', quota: 'partitionWriteUnits', unitsPerDeployment: ({ dispatches }) => dispatches * COMMAND_UNITS, isGrowing: false },
  { key: '`TENANT#timer`', why: 'each timer set and removed', quota: 'partitionWriteUnits', unitsPerDeployment: ({ timers }) => 2 * timers, isGrowing: false },
  { key: '`TENANT#lease`', why: 'one target, taken and freed', quota: 'partitionWriteUnits', unitsPerDeployment: () => LEASE_UNITS, isGrowing: false },
  { key: '`TENANT#count#resources/kind/Release`', why: 'one item, counted in the transaction of each release that is made, if each is deployed once', quota: 'partitionWriteUnits', unitsPerDeployment: () => 2, isGrowing: false },
  { key: '`TENANT#index#deployments#state#Progressing`', why: 'an entry, put and removed', quota: 'partitionWriteUnits', unitsPerDeployment: () => 2, isGrowing: false },
];

/** Units a second that a key of the largest tenant takes at the peak. */
export function unitsAtPeak(key: HotKey, level: Level, kind: TargetKind = 'agent'): number {
  return key.unitsPerDeployment(demandOf(kind)) * peakRate(level) * growth.largestTenant;
}

/** How many deployments a day one tenant may have before a key is at its limit at the peak. */
export function deploymentsADayUntilHot(key: HotKey, kind: TargetKind = 'agent'): number {
  return quotaOf(key.quota) / key.unitsPerDeployment(demandOf(kind)) / peakRate({ deploymentsADay: 1 });
}

/** A bound of one tenant that no quota of AWS has to do with. */
export type TenantBound = { readonly what: string; readonly limit: number; readonly unit: string; readonly from: string; readonly needAt: (level: Level) => number };

/** What ends first for a single tenant, however few others there are. */
export function tenantBounds(): readonly TenantBound[] {
  const [one, waiting] = [demandOf('agent'), waitingAgentDemand()];
  const agentsOf = (level: Level) => agentsAt(level, 'agent') * growth.largestTenant;
  return [
    { what: 'Agents, all waiting', limit: own.tenantRequestsPerSecond / waiting.requests, unit: '', from: `${own.tenantRequestsPerSecond} requests a second of a tenant (\`tenantRate\`)`, needAt: agentsOf },
    { what: 'Connections, of agents and of people', limit: own.tenantConnections, unit: '', from: '`MAXIMUM_CONNECTIONS_PER_TENANT`; an agent without one asks every 10 s', needAt: agentsOf },
    { what: 'Deployments with agents at once', limit: own.tenantRequestsPerSecond / (one.requests / one.openSeconds), unit: '', from: 'the same `tenantRate`', needAt: (level) => peakRate(level) * growth.largestTenant * one.openSeconds },
    { what: 'Events that the sweep compares with the read models', limit: (own.sweptEventsPerMinute * own.sweepsPerMinute) / 60, unit: '/s in the mean', from: '5 pages of 200 a minute', needAt: (level) => (peakRate(level) / growth.peak) * growth.largestTenant * one.relayedEvents },
    { what: 'Open deployments that one sweep looks at', limit: own.sweepDeploymentsOfTenant, unit: '', from: '`MAXIMUM_DEPLOYMENTS` of a tenant; the others in the next rounds', needAt: (level) => peakRate(level) * growth.largestTenant * one.openSeconds },
    { what: 'Requests that wait for one another\'s leases, all of one application', limit: own.advanceQueueSeconds / (QUEUED_TRY_CALLS * CALL_SECONDS), unit: '', from: 'an end tries those that want what it freed, or the same as one of these, in turn, within the time of `advance-queue`', needAt: (level) => peakRate(level) * growth.largestTenant * growth.queuedSeconds },
  ];
}
