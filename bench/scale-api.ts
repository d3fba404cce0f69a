import { CALL_SECONDS, demandOf, waitingAgentDemand } from './scale-demand.ts';
import { shardsOf } from './scale-levels.ts';
import type { Use } from './scale-levels.ts';
import { own } from './scale-own.ts';
import { quotaOf } from './scale-quotas.ts';

/** Requests of the API in a second, as waiting agents make them, who are most of its callers. */
export const apiLevels: readonly number[] = [10_000, 50_000];

/** How many requests a second a key makes that belongs to an agent. */
export function requestsPerKey(): number {
  return waitingAgentDemand().requests;
}

/** The share of requests for which the gateway need not ask the authorizer, when each of so many keys asks evenly: one call each time that the kept answer has gone. */
export function authorizerHitRate(requestsPerSecond: number, keys: number): number {
  return Math.max(0, 1 - keys / own.authorizerCacheSeconds / requestsPerSecond);
}

/** How often the authorizer is called in a second. */
export function authorizerCalls(requestsPerSecond: number, keys: number): number {
  return requestsPerSecond * (1 - authorizerHitRate(requestsPerSecond, keys));
}

/** What so many requests a second use of what. */
export function apiUses(requestsPerSecond: number): readonly Use[] {
  const waiting = waitingAgentDemand();
  const agents = requestsPerSecond / waiting.requests;
  const of = (quota: 'gatewayRequests' | 'functionsAtOnce' | 'tableWriteUnits' | 'tableReadUnits' | 'newConnections') => ({ limit: quotaOf(quota), quota });
  return [
    { what: 'Requests at the stage', suffers: 'requests', need: requestsPerSecond, limit: own.stageRequestsPerSecond, unit: '/s', remedy: 'the setting `requestsPerSecond`' },
    { what: 'Requests of the account', suffers: 'requests', need: requestsPerSecond, ...of('gatewayRequests'), unit: '/s', remedy: 'quota; cells' },
    { what: 'Calls of the API\'s function', suffers: 'requests', need: requestsPerSecond, limit: quotaOf('functionsAtOnce') * quotaOf('callsPerEnvironment'), quota: 'callsPerEnvironment', unit: '/s', remedy: 'quota of concurrent executions, by calls and not by time' },
    { what: 'Calls of the authorizer', suffers: 'requests', need: authorizerCalls(requestsPerSecond, agents), limit: quotaOf('functionsAtOnce') * quotaOf('callsPerEnvironment'), quota: 'callsPerEnvironment', unit: '/s', remedy: 'none needed' },
    { what: 'Functions at once', suffers: 'all', need: agents * waiting.functionSeconds, ...of('functionsAtOnce'), unit: '', remedy: 'quota' },
    { what: 'Writes of the table of state', suffers: 'all', need: agents * waiting.writeUnits, ...of('tableWriteUnits'), unit: '/s', remedy: 'quota, and warm throughput before' },
    { what: 'Reads of both tables, as if of one', suffers: 'all', need: agents * waiting.readUnits, ...of('tableReadUnits'), unit: '/s', remedy: 'quota' },
    { what: 'New WebSockets', suffers: 'lists and followers', need: agents / quotaOf('connectionSeconds'), ...of('newConnections'), unit: '/s', remedy: 'quota' },
  ];
}

/** How many tenants such a load needs, since each is let in for so much only. */
export function tenantsFor(requestsPerSecond: number): number {
  return Math.ceil(requestsPerSecond / own.tenantRequestsPerSecond);
}

/** What it takes to tell so many subscribers of one tenant about everything. */
export function fanOut(subscribers: number) {
  const { relayedEvents, events } = demandOf('agent');
  // For one event: a page of the feed and its events are read once; each subscription is posted to and noted, some at once.
  const secondsPerBatch = Math.min(own.followersSeconds, (2 + 2 * Math.ceil(subscribers / own.subscriptionsAtOnce)) * CALL_SECONDS);
  // With many events at once only the posts count: one after the other for each subscription.
  const eventsPerSecond = own.subscriptionsAtOnce / CALL_SECONDS / subscribers;
  const postsPerDeployment = subscribers * relayedEvents;
  return {
    postsPerDeployment, secondsPerBatch, eventsPerSecond, deploymentsPerSecond: eventsPerSecond / relayedEvents,
    /** How many deployments a second all tenants together may begin before the posts alone are the account's requests. */
    deploymentsOfAccount: quotaOf('gatewayRequests') / postsPerDeployment,
    /** Events of all other tenants that come meanwhile in the same shard, and behind the same one of its batches. */
    heldUp: (otherDeploymentsPerSecond: number) => (otherDeploymentsPerSecond * events * secondsPerBatch) / shardsOf(otherDeploymentsPerSecond * events) / own.batchesPerShard,
  };
}
