import { busRules } from '#contracts/bus-rules';
import { machineTasks } from '#contracts/functions';
import { schedules } from '#contracts/timers';

import { OUTSIDE, assumed, recordedCounts } from './ledger/rows.ts';
import type { Counted } from './ledger/rows.ts';

/** Who changes the target: an agent that talks to the API, or functions of ours that talk to the cluster. */
export type TargetKind = 'agent' | 'kubernetes';

/** What one deployment, a canary of five steps in ten minutes, asks of AWS from its request to its end. */
export type Demand = {
  readonly openSeconds: number;
  readonly requests: number; readonly posts: number;
  /** Events that are appended, and those of them that go to the bus and the feed: looks do not. */
  readonly events: number; readonly relayedEvents: number;
  readonly transitions: number; readonly tokens: number; readonly looks: number; readonly dispatches: number; readonly timers: number;
  readonly busEvents: number; readonly ruleCalls: number;
  readonly writeUnits: number; readonly readUnits: number;
  /** Seconds that functions work, all of them and the API's alone. */
  readonly functionSeconds: number; readonly apiSeconds: number; readonly timerSeconds: number;
  /** Calls of AWS that the projector makes for each event. */
  readonly projectorCallsPerEvent: number; readonly feedTransactions: number;
};

type Seen = Counted['canary']['functions'][string];

/** A call of AWS by a function, in seconds. */
export const CALL_SECONDS = assumed.callMilliseconds / 1000;

/** How long a function works that was called so often and called AWS so often. */
export function workSeconds(calls: number, awsCalls: number): number {
  return (calls * assumed.ownMilliseconds + awsCalls * assumed.callMilliseconds) / 1000;
}

/**
 * What was counted of a canary with an agent; of one on Kubernetes what the ledger counts of it, which is the same without what an agent does. That target's adapter is not written
 * yet, so its figures are as good as that.
 */
export function demandOf(kind: TargetKind, counted: Counted = recordedCounts()): Demand {
  const { canary } = counted;
  const functions = functionsOf(kind, counted);
  const seen = new Map(functions);
  const looks = callsOf(canary.functions, 'timer') - (canary.functions['start-wait']?.counts?.queueRequests ?? 0);
  const events = canary.events + looks;
  const projector = canary.functions['projector'];
  return {
    openSeconds: canary.seconds, requests: kind === 'agent' ? (canary.clients?.restRequests ?? 0) : 1, posts: total(functions, ({ counts }) => counts?.socketMessages ?? 0),
    events, relayedEvents: canary.events, transitions: canary.transitions, looks, timers: callsOf(canary.functions, 'timer'), dispatches: callsOf(canary.functions, 'dispatch-step'),
    tokens: tokenTasks.reduce((sum, name) => sum + callsOf(canary.functions, name), 0),
    busEvents: total(functions, ({ counts }) => counts?.busEvents ?? 0), ruleCalls: busRules.reduce((sum, { consumer }) => sum + (seen.get(consumer)?.calls ?? 0), 0),
    writeUnits: total(functions, ({ counts }) => counts?.writeUnits ?? 0), readUnits: total(functions, ({ counts }) => counts?.readUnits ?? 0),
    functionSeconds: total(functions, workOf), apiSeconds: workOf(seen.get('api')), timerSeconds: workOf(seen.get('timer')),
    projectorCallsPerEvent: (projector?.counts?.calls ?? 0) / events, feedTransactions: projector?.calls ?? 0,
  };
}

/** What an agent without work asks of the API, a second. */
export function waitingAgentDemand({ rest }: Counted = recordedCounts()) {
  const functions = Object.entries(rest.functions).filter(([name]) => OUTSIDE.includes(name));
  const perSecond = (amount: number) => amount / rest.seconds;
  const requests = rest.clients?.restRequests ?? 0;
  const api = rest.functions['api'];
  return {
    requests: perSecond(requests), functionSeconds: perSecond(total(functions, workOf)),
    writeUnits: perSecond(total(functions, ({ counts }) => counts?.writeUnits ?? 0)), readUnits: perSecond(total(functions, ({ counts }) => counts?.readUnits ?? 0)),
    /** How long one request keeps the API's function busy. */
    secondsPerRequest: workOf(api) / Math.max(1, api?.calls ?? 0), authorizerCalls: perSecond(callsOf(rest.functions, 'authorizer')),
  };
}

/** The tasks whose machine waits for a token, which is given back once. */
const tokenTasks = Object.entries(machineTasks).filter(([, { input }]) => 'token' in input.shape).map(([name]) => name);

function functionsOf(kind: TargetKind, { canary, request }: Counted): readonly (readonly [name: string, seen: Seen])[] {
  const all = Object.entries(canary.functions).filter(([name]) => !schedules.some((one) => one.name === name));
  if (kind === 'agent') return all;
  const asked = Object.entries(request.functions).filter(([name]) => name === 'api' || name === 'authorizer');
  return [...all.filter(([name]) => !OUTSIDE.includes(name) && name !== 'hand-to-agent'), ...asked];
}

function workOf(seen: Seen | undefined): number {
  return seen === undefined ? 0 : workSeconds(seen.calls, seen.counts?.calls ?? 0);
}

function callsOf(functions: { readonly [name: string]: Seen }, name: string): number {
  return functions[name]?.calls ?? 0;
}

function total(functions: readonly (readonly [name: string, seen: Seen])[], of: (seen: Seen) => number): number {
  return functions.reduce((sum, [, seen]) => sum + of(seen), 0);
}
