import { costOf, sum, times } from './ledger/operations.ts';
import type { Operations } from './ledger/operations.ts';
import { agentCanary, idleMonth, kubernetesCanary, recordedCounts, waitingAgent } from './ledger/rows.ts';
import type { Counted } from './ledger/rows.ts';
import { waitingAgentDemand } from './scale-demand.ts';
import type { TargetKind } from './scale-demand.ts';
import { agentsAt } from './scale-levels.ts';
import type { Level } from './scale-levels.ts';

/** A month of 730 hours, as AWS counts it. */
const DAYS_A_MONTH = 730 / 24;

/** What a month at a level costs at list prices, by the ledger's own rows. Discounts for much use, which AWS gives by steps, are left out. */
export function costAt(level: Pick<Level, 'deploymentsADay'>, kind: TargetKind, counted: Counted = recordedCounts()) {
  const one = kind === 'agent' ? agentCanary(counted) : kubernetesCanary(counted);
  return priced(counted, times(one, level.deploymentsADay * DAYS_A_MONTH), agentsAt(level, kind));
}

/** What a month of so many requests a second costs, asked by waiting agents. */
export function costOfRequests(requestsPerSecond: number, counted: Counted = recordedCounts()) {
  return priced(counted, {}, requestsPerSecond / waitingAgentDemand(counted).requests);
}

function priced(counted: Counted, deployed: Operations, agents: number) {
  const all = untraced(counted, sum(deployed, times(waitingAgent(counted), agents), idleMonth(counted)));
  // A metric is paid for each hour in which it is written, however often: never for more than all hours.
  return costOf({ ...all, customMetricMonths: Math.min(all.customMetricMonths ?? 0, metricNames(counted)) });
}

function untraced(counted: Counted, all: Operations): Operations {
  return counted.app.tracedFunctions > 0 ? all : { ...all, traces: 0 };
}

function metricNames({ canary, rest }: Counted): number {
  return new Set([...Object.values(canary.functions), ...Object.values(rest.functions)].flatMap(({ metrics }) => metrics)).size;
}
