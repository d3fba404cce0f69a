import type { Json } from '#stepfunctions/language';

import { evaluateField, evaluateInteger, evaluateTyped } from '../evaluate.ts';
import { record, runOf, scopeOf, stateOf, type Execution } from '../execution.ts';
import { dataLimitFailure, evaluationFailure } from '../failure.ts';
import { MAXIMUM_DATA_BYTES, sizeBytesOf } from '../json.ts';
import type { MapState, ParallelState } from '../machine.ts';
import type { BranchesActivity, Thread } from '../snapshot.ts';
import { leave, shape } from './leave.ts';

/** The most iterations that run side by side in a Map of mode INLINE. Source: the quotas of Step Functions. */
const MAXIMUM_CONCURRENCY = 40;

/** Starts all branches of a Parallel. */
export function beginParallel(execution: Execution, thread: Thread, state: ParallelState): void {
  const run = runOf(thread);
  const input = state.Arguments === undefined ? run.input : evaluateField(state.Arguments, 'Arguments', scopeOf(execution, thread));
  if (sizeBytesOf(input) > MAXIMUM_DATA_BYTES) throw dataLimitFailure(run.name);
  record(execution, { type: 'ParallelStateStarted', state: run.name });
  const total = state.Branches.length;
  run.activity = { kind: 'branches', total, next: total, done: 0, limit: total, outputs: {} };
  state.Branches.forEach(({ StartAt }, index) => fork(execution, thread, { index, startAt: StartAt, input }));
}

/** Starts as many iterations of a Map as may run side by side. */
export function beginMap(execution: Execution, thread: Thread, state: MapState): void {
  const run = runOf(thread);
  const items = itemsOf(execution, thread, state);
  const limit = limitOf(execution, thread, state);
  record(execution, { type: 'MapStateStarted', state: run.name, length: items.length });
  const activity: BranchesActivity = { kind: 'branches', total: items.length, next: 0, done: 0, limit, items, outputs: {} };
  run.activity = activity;
  proceed(execution, thread, { state, activity });
}

/** Takes the output of a branch or iteration that came to its end. */
export function join(execution: Execution, thread: Thread, { index, output }: { readonly index: number; readonly output: Json }): void {
  const run = runOf(thread);
  const { activity } = run;
  const state = stateOf(execution, thread);
  if (activity.kind !== 'branches' || (state.Type !== 'Map' && state.Type !== 'Parallel')) throw new Error(`the state ${run.name} has no branches`);
  activity.outputs[index] = output;
  activity.done += 1;
  if (state.Type === 'Map') record(execution, { type: 'MapIterationSucceeded', state: run.name, index });
  proceed(execution, thread, { state, activity });
}

type Forked = { readonly state: MapState | ParallelState; readonly activity: BranchesActivity };

function proceed(execution: Execution, thread: Thread, { state, activity }: Forked): void {
  const run = runOf(thread);
  if (state.Type === 'Map') startIterations(execution, thread, { state, activity });
  if (activity.done < activity.total) return;
  record(execution, { type: `${state.Type}StateSucceeded`, state: run.name });
  const result = Array.from({ length: activity.total }, (_, index) => activity.outputs[index] ?? null);
  run.activity = { kind: 'running' };
  if (sizeBytesOf(result) > MAXIMUM_DATA_BYTES) throw dataLimitFailure(run.name);
  leave(execution, thread, { ...shape(state, scopeOf(execution, thread, { states: { result } }), { fallback: result }), next: state.Next });
}

function startIterations(execution: Execution, thread: Thread, { state, activity }: { readonly state: MapState; readonly activity: BranchesActivity }): void {
  const { name } = runOf(thread);
  let running = execution.snapshot.threads.filter(({ parent }) => parent?.thread === thread.id).length;
  for (; running < activity.limit && activity.next < activity.total; running += 1) {
    const index = activity.next;
    const item = { Index: index, Value: activity.items?.[index] ?? null };
    const scope = scopeOf(execution, thread, { context: { Map: { Item: item } } });
    const input = state.ItemSelector === undefined ? item.Value : evaluateField(state.ItemSelector, 'ItemSelector', scope);
    activity.next += 1;
    record(execution, { type: 'MapIterationStarted', state: name, index });
    fork(execution, thread, { index, startAt: state.ItemProcessor.StartAt, input, item });
  }
}

type Fork = { readonly index: number; readonly startAt: string; readonly input: Json; readonly item?: Json };

function fork(execution: Execution, parent: Thread, { index, startAt, input, item }: Fork): void {
  const { snapshot, steps } = execution;
  const id = snapshot.nextThread;
  snapshot.nextThread += 1;
  snapshot.threads.push({ id, parent: { thread: parent.id, index }, variables: {}, ...(item === undefined ? {} : { item }) });
  steps.push({ kind: 'enter', thread: id, state: startAt, input });
}

function itemsOf(execution: Execution, thread: Thread, state: MapState): Json[] {
  const { input } = runOf(thread);
  const items = state.Items === undefined ? input : evaluateTyped(state.Items, { location: 'Items', type: 'array' }, scopeOf(execution, thread));
  if (Array.isArray(items)) return items;
  throw evaluationFailure(`Map state input must be an array but was: ${JSON.stringify(items)}`);
}

/** How many iterations may run side by side. Tolerated failures count in distributed Maps alone: here they are only evaluated. */
function limitOf(execution: Execution, thread: Thread, state: MapState): number {
  const scope = scopeOf(execution, thread);
  const { MaxConcurrency = 0, ToleratedFailureCount = 0, ToleratedFailurePercentage = 0 } = state;
  const concurrency = evaluateInteger(MaxConcurrency, { location: 'MaxConcurrency', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, scope);
  evaluateInteger(ToleratedFailureCount, { location: 'ToleratedFailureCount', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, scope);
  const percentage = evaluateTyped(ToleratedFailurePercentage, { location: 'ToleratedFailurePercentage', type: 'number' }, scope);
  if (Number(percentage) < 0 || Number(percentage) > 100) {
    throw evaluationFailure(`ToleratedFailurePercentage must be between 0 and 100 but was: ${String(percentage)}`, 'ToleratedFailurePercentage');
  }
  return concurrency === 0 ? MAXIMUM_CONCURRENCY : Math.min(concurrency, MAXIMUM_CONCURRENCY);
}
