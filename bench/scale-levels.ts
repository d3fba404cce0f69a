import { CALL_SECONDS, demandOf, waitingAgentDemand, workSeconds } from './scale-demand.ts';
import type { Demand, TargetKind } from './scale-demand.ts';
import { own, sweepCalls } from './scale-own.ts';
import { quotaOf } from './scale-quotas.ts';
import type { QuotaName } from './scale-quotas.ts';

/** How much is deployed, by how many. */
export type Level = { readonly deploymentsADay: number; readonly tenants: number };

export const levels = [{ deploymentsADay: 100, tenants: 10 }, { deploymentsADay: 10_000, tenants: 1000 }, { deploymentsADay: 1_000_000, tenants: 10_000 }] as const satisfies readonly Level[];

/**
 * What nobody has counted. People deploy in 8 hours of 24, and in the busiest of these at 5/3 of their mean: a peak of five times the mean. The largest tenant does a tenth of all. A target is deployed
 * to twice a day, so there are half as many agents as deployments a day. One tenant in ten has events forwarded to a bus of its own. A deployment waits a minute for another one's lease, in the mean.
 */
export const growth = { peak: 5, largestTenant: 0.1, deploymentsPerTargetADay: 2, forwarded: 0.1, queuedSeconds: 60 } as const;

const SECONDS_A_DAY = 86_400;

/** Something that is used up: how much is needed at the peak, of how much. */
export type Use = {
  readonly what: string; readonly need: number; readonly limit: number; readonly unit: string;
  /** What is late or refused beyond the limit. Lists, followers, repairs and forwarding are beside the way of a deployment, which goes on without them. */
  readonly suffers: 'deployments' | 'requests' | 'all' | 'lists and followers' | 'repairs' | 'forwarding' | 'fairness';
  /** The quota that the limit is, or is made of; without one the bound is the code's. */
  readonly quota?: QuotaName;
  /** What makes it more. */
  readonly remedy: string;
};

/** Deployments that begin in a second of the peak. */
export function peakRate({ deploymentsADay }: Pick<Level, 'deploymentsADay'>): number {
  return (deploymentsADay / SECONDS_A_DAY) * growth.peak;
}

/** Deployments that are open at once at the peak. */
export function openAtPeak(level: Pick<Level, 'deploymentsADay'>, { openSeconds }: Pick<Demand, 'openSeconds'> = demandOf('agent')): number {
  return peakRate(level) * openSeconds;
}

/** Agents, where there are any. */
export function agentsAt({ deploymentsADay }: Pick<Level, 'deploymentsADay'>, kind: TargetKind): number {
  return kind === 'agent' ? deploymentsADay / growth.deploymentsPerTargetADay : 0;
}

/**
 * How many minutes pass until the sweep has looked at every tenant, its agents and each of so many open deployments: a run each minute, of so many seconds and deployments. Up to one minute nothing that
 * it repairs is too late: a lost timer is missed after four, and a machine gives a bake up after five.
 */
export function sweepRoundMinutes(open: number, tenants: number, agents: number): number {
  // Some tenants have their turn at once, and of these fewer look at their deployments.
  const looking = (open * sweepCalls.eachDeployment) / own.lookingTenants;
  const all = (tenants * sweepCalls.eachTenant + agents * sweepCalls.eachTarget + open * sweepCalls.eachDeployment) / own.sweptTenantsAtOnce;
  return Math.max((Math.max(looking, all) * CALL_SECONDS) / own.sweepSeconds, open / own.sweepDeployments) / own.sweepsPerMinute;
}

/** How long one run of the sweep takes, in seconds: what it does for all, checkpoints of the tenants of whom something has moved, within their time, followers, and its turn from tenant to tenant. */
export function sweepRunSeconds(open: number, tenants: number, agents: number): number {
  const sealing = (Math.min(tenants, open) * sweepCalls.eachMovedTenant * CALL_SECONDS) / own.atOnce;
  const before = (sweepCalls.all + sweepCalls.eachHourPart * own.hourParts) * CALL_SECONDS + Math.min(own.sealingSeconds, sealing);
  const followers = Math.min(own.sweptFollowersSeconds, (tenants * CALL_SECONDS) / own.followedTenantsAtOnce);
  return before + followers + Math.min(own.sweepSeconds, sweepRoundMinutes(open, tenants, agents) * own.sweepSeconds);
}

/** How many shards the stream of a new table has: one for each partition that its throughput asks for. */
export function shardsOf(eventsPerSecond: number): number {
  return Math.ceil(Math.max(quotaOf('newTableWriteUnits'), eventsPerSecond) / quotaOf('partitionWriteUnits'));
}

/** How many events the projector takes of one shard in a second: full batches side by side, of as many streams each as it works on at once. */
export function projectedPerSecond({ projectorCallsPerEvent }: Pick<Demand, 'projectorCallsPerEvent'> = demandOf('agent')): number {
  return (own.batchesPerShard * own.streamBatch) / workSeconds(1, (own.streamBatch * projectorCallsPerEvent) / own.atOnce);
}

/** The same where some tenant's followers are never done, so that each batch waits for them as long as it may. */
export function projectedBesideFollowers(one: Pick<Demand, 'projectorCallsPerEvent'> = demandOf('agent')): number {
  const batches = own.batchesPerShard * own.streamBatch;
  return batches / (batches / projectedPerSecond(one) + own.followersSeconds);
}

/** How many events the relay takes of one shard in a second, of batches side by side: it reads the marks once, puts requests one after the other, and marks streams many at once. */
export function relayedPerSecond(): number {
  return (own.batchesPerShard * own.streamBatch) / workSeconds(1, 1 + own.streamBatch / own.entriesPerPut + own.streamBatch / own.atOnce);
}

/** Units written to the table of state in a second of the peak. Of what was counted, each event is a unit of the table of events and one of its index; all else is this table's. */
export function stateWrites(level: Level, kind: TargetKind): number {
  const one = demandOf(kind);
  return peakRate(level) * (one.writeUnits - 2 * one.events) + agentsAt(level, kind) * waitingAgentDemand().writeUnits;
}

/** How often a new table must double before it takes so many units a second; each time takes it half an hour, if nothing warms it. */
export function doublingsFor(unitsPerSecond: number): number {
  return Math.max(0, Math.ceil(Math.log2(unitsPerSecond / quotaOf('newTableWriteUnits'))));
}

/** All that is used at a level, in the Region of the quotas or in the one that has least. */
export function usesOf(level: Level, kind: TargetKind, isSmallest = false): readonly Use[] {
  return [...gatewayUses(level, kind, isSmallest), ...machineUses(level, kind, isSmallest), ...streamUses(level, kind), ...busUses(level, kind, isSmallest), ...tableUses(level, kind)];
}

/** Without what deployments and requests can wait for. */
export function onTheWay(uses: readonly Use[]): readonly Use[] {
  return uses.filter(({ suffers }) => suffers === 'deployments' || suffers === 'requests' || suffers === 'all');
}

/** What is nearest to its limit, first. */
export function tightest(uses: readonly Use[]): readonly Use[] {
  return uses.toSorted((one, other) => shareOf(other) - shareOf(one));
}

/** How much of its limit is needed: above 1 it breaks. */
export function shareOf({ need, limit }: Pick<Use, 'need' | 'limit'>): number {
  return need / limit;
}

function gatewayUses(level: Level, kind: TargetKind, isSmallest: boolean): readonly Use[] {
  const [rate, one, waiting] = [peakRate(level), demandOf(kind), waitingAgentDemand()];
  const agents = agentsAt(level, kind);
  const requests = rate * one.requests + Math.max(0, agents - rate * one.openSeconds) * waiting.requests;
  const functions = rate * one.functionSeconds + agents * waiting.functionSeconds;
  const ofQuota = limits(isSmallest);
  return [
    { what: 'Requests at the stage', suffers: 'requests', need: requests, limit: own.stageRequestsPerSecond, unit: '/s', remedy: 'the setting `requestsPerSecond`' },
    { what: 'Requests, messages and callbacks of the account', suffers: 'requests', need: requests + rate * one.posts + agents / own.pingSeconds, ...ofQuota('gatewayRequests'), unit: '/s', remedy: 'quota; cells' },
    { what: 'Calls of the API\'s function', suffers: 'requests', need: requests, limit: quotaOf('functionsAtOnce') * quotaOf('callsPerEnvironment'), quota: 'callsPerEnvironment', unit: '/s', remedy: 'quota of concurrent executions' },
    { what: 'Functions at once', suffers: 'all', need: functions, ...ofQuota('functionsAtOnce'), unit: '', remedy: 'quota' },
    { what: 'New WebSockets, each after two hours again', suffers: 'lists and followers', need: agents / quotaOf('connectionSeconds'), ...ofQuota('newConnections'), unit: '/s', remedy: 'quota' },
    { what: 'Messages at the stage of WebSockets', suffers: 'lists and followers', need: agents / own.pingSeconds, limit: own.stageRequestsPerSecond, unit: '/s', remedy: 'the setting `requestsPerSecond`' },
    { what: 'Tenants with a throttle of their own', suffers: 'fairness', need: level.tenants, ...ofQuota('usageKeys'), unit: '', remedy: 'none needed: others share one throttle; cells' },
  ];
}

function machineUses(level: Level, kind: TargetKind, isSmallest: boolean): readonly Use[] {
  const [rate, one] = [peakRate(level), demandOf(kind)];
  const open = rate * one.openSeconds;
  const ofQuota = limits(isSmallest);
  return [
    { what: 'Executions started', suffers: 'deployments', need: rate, ...ofQuota('executionsStarted'), unit: '/s', remedy: 'quota' },
    { what: 'State transitions', suffers: 'deployments', need: rate * one.transitions, ...ofQuota('stateTransitions'), unit: '/s', remedy: 'quota; cells' },
    { what: 'Tokens given back', suffers: 'deployments', need: rate * one.tokens, ...ofQuota('tokensAnswered'), unit: '/s', remedy: 'quota; a gate that is open needs no token' },
    { what: 'Executions open', suffers: 'deployments', need: open, ...ofQuota('openExecutions'), unit: '', remedy: 'quota' },
    { what: 'Executions described by the sweep', suffers: 'repairs', need: (Math.min(open, own.sweepDeployments) * own.sweepsPerMinute) / 60, ...ofQuota('executionsDescribed'), unit: '/s', remedy: 'none needed: bounded by the sweep' },
    { what: 'A round of the sweep through all tenants', suffers: 'repairs', need: sweepRoundMinutes(open, level.tenants, agentsAt(level, kind)), limit: 1, unit: ' min', remedy: 'code: several functions; a rule that tells of failed executions' },
    { what: 'One run of the sweep', suffers: 'repairs', need: sweepRunSeconds(open, level.tenants, agentsAt(level, kind)), limit: own.sweepFunctionSeconds, unit: ' s', remedy: 'none needed: bounded by the sweep' },
    { what: 'Timers fired at once', suffers: 'deployments', need: rate * one.timerSeconds, ...ofQuota('queueConsumers'), unit: '', remedy: 'provisioned pollers' },
  ];
}

function streamUses(level: Level, kind: TargetKind): readonly Use[] {
  const [rate, one] = [peakRate(level), demandOf(kind)];
  const events = rate * one.events;
  const shards = shardsOf(events);
  return [
    { what: 'Events projected', suffers: 'lists and followers', need: events, limit: shards * projectedPerSecond(one), unit: '/s', remedy: 'a shard more for each thousand writes, by itself' },
    { what: 'Events projected while followers ask for more than they get', suffers: 'lists and followers', need: events, limit: shards * projectedBesideFollowers(one), unit: '/s', remedy: 'code: followers in a function of their own' },
    { what: 'Events relayed', suffers: 'deployments', need: rate * one.relayedEvents, limit: shards * relayedPerSecond(), unit: '/s', remedy: 'a shard more for each thousand writes, by itself' },
    { what: 'Writes of one part of an hour in the index by time', suffers: 'all', need: events / own.hourParts, ...limits(false)('partitionWriteUnits'), unit: '/s', remedy: 'code: `HOUR_PARTS`' },
  ];
}

function busUses(level: Level, kind: TargetKind, isSmallest: boolean): readonly Use[] {
  const [rate, one] = [peakRate(level), demandOf(kind)];
  const forwarding = level.tenants * growth.forwarded;
  const ofQuota = limits(isSmallest);
  return [
    { what: 'Events put on the bus', suffers: 'deployments', need: rate * one.busEvents, ...ofQuota('eventsPut'), unit: '/s', remedy: 'quota' },
    { what: 'Calls by rules, of our own and forwarded', suffers: 'deployments', need: rate * (one.ruleCalls + one.busEvents * growth.forwarded), ...ofQuota('ruleCalls'), unit: '/s', remedy: 'quota; what is more is late, not lost' },
    { what: 'Rules on the bus', suffers: 'forwarding', need: own.rules + forwarding, ...ofQuota('rulesPerBus'), unit: '', remedy: 'quota; a second bus for tenants; cells' },
  ];
}

function tableUses(level: Level, kind: TargetKind): readonly Use[] {
  const [rate, one, waiting] = [peakRate(level), demandOf(kind), waitingAgentDemand()];
  const agents = agentsAt(level, kind);
  return [
    { what: 'Writes of the table of state', suffers: 'all', need: stateWrites(level, kind), ...limits(false)('tableWriteUnits'), unit: '/s', remedy: 'quota, and warm throughput before' },
    { what: 'Reads of both tables, as if of one', suffers: 'all', need: rate * one.readUnits + agents * waiting.readUnits, ...limits(false)('tableReadUnits'), unit: '/s', remedy: 'quota' },
  ];
}

function limits(isSmallest: boolean): (quota: QuotaName) => Pick<Use, 'limit'> & { readonly quota: QuotaName } {
  return (quota) => ({ limit: quotaOf(quota, isSmallest), quota });
}
