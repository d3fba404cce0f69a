import { MAXIMUM_PLAN_STEPS } from '#domain/deployment/plan';

import { recordedCounts } from './ledger/rows.ts';
import { demandOf } from './scale-demand.ts';
import { agentsAt, growth, levels, openAtPeak, peakRate } from './scale-levels.ts';
import type { Use } from './scale-levels.ts';
import { own } from './scale-own.ts';
import { quotaOf } from './scale-quotas.ts';
import type { QuotaName } from './scale-quotas.ts';

/** A task that waits for a token leaves so many events in its execution's history: entered, scheduled, started, submitted, succeeded, exited. All other states leave fewer. */
const HISTORY_EVENTS_PER_STATE = 6;

/** The most components of an application, each with a sample of either side in each second. */
const MOST_COMPONENTS = 50;

/** How many events the history of an execution of so many steps has at the most, without the steps that are tried again. */
export function historyEvents(steps: number): number {
  const { canary } = recordedCounts();
  const statesPerStep = canary.transitions / (canary.functions['next-step']?.calls ?? 1);
  return Math.ceil(steps * statesPerStep * HISTORY_EVENTS_PER_STATE);
}

/** What has room at the highest level, so that nobody need look at it. */
export function sparedUses(): readonly Use[] {
  const [, , level] = levels;
  const [rate, one] = [peakRate(level), demandOf('agent')];
  const of = (quota: QuotaName) => ({ limit: quotaOf(quota), quota });
  return [
    { what: 'Executions open', need: openAtPeak(level), ...of('openExecutions'), unit: '', remedy: '', suffers: 'deployments' },
    { what: `History of an execution, a plan of ${MAXIMUM_PLAN_STEPS} steps`, need: historyEvents(MAXIMUM_PLAN_STEPS), ...of('historyEvents'), unit: ' events', remedy: '', suffers: 'deployments' },
    { what: 'Timers\' messages in flight', need: rate * one.timers * one.timerSeconds, ...of('messagesInFlight'), unit: '', remedy: '', suffers: 'deployments' },
    { what: 'Schedules made, if each deployment waits for a person once', need: rate, ...of('schedulesMade'), unit: '/s', remedy: '', suffers: 'deployments' },
    { what: 'Schedules, if each such wait takes a day', need: level.deploymentsADay, ...of('schedules'), unit: '', remedy: '', suffers: 'deployments' },
    { what: 'Calls by the scheduler, then', need: rate, ...of('scheduleCalls'), unit: '/s', remedy: '', suffers: 'deployments' },
    { what: 'New WebSockets, each after two hours again', need: agentsAt(level, 'agent') / quotaOf('connectionSeconds'), ...of('newConnections'), unit: '/s', remedy: '', suffers: 'deployments' },
    { what: 'Readers of a shard of the stream', need: 2, ...of('shardReaders'), unit: '', remedy: '', suffers: 'deployments' },
    { what: `Samples of one application of ${MOST_COMPONENTS} components on one target`, need: 2 * MOST_COMPONENTS, ...of('partitionWriteUnits'), unit: '/s', remedy: '', suffers: 'deployments' },
    { what: 'Reads of one key\'s record, at all that its tenant is let in for', need: 2 * own.tenantRequestsPerSecond, ...of('partitionReadUnits'), unit: '/s', remedy: '', suffers: 'deployments' },
    { what: 'Usage keys made, tenants that double in a day', need: (level.tenants / 86_400) * growth.peak, ...of('usageKeysMade'), unit: '/s', remedy: '', suffers: 'deployments' },
  ];
}
