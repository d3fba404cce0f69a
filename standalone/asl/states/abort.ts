import { findThread, record, runOf, stateOf, type Execution } from '../execution.ts';
import type { Thread } from '../snapshot.ts';

/** The types of states whose end from outside AWS records. */
const ABORTED_TYPES: ReadonlySet<string> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/** Ends a thread, and those inside it first, because the state around it failed. Their tasks are abandoned. */
export function abortThread(execution: Execution, thread: Thread): void {
  const { snapshot, effects } = execution;
  for (const child of snapshot.threads.filter(({ parent }) => parent?.thread === thread.id)) abortThread(execution, child);
  if (thread.run?.activity.kind === 'task') effects.push({ type: 'abandon', taskId: thread.run.activity.taskId });
  if (thread.run !== undefined) {
    const { Type } = stateOf(execution, thread);
    if (ABORTED_TYPES.has(Type)) record(execution, { type: `${Type}StateAborted`, state: thread.run.name });
  }
  const around = thread.parent === undefined ? undefined : findThread(execution, thread.parent.thread);
  if (around !== undefined && thread.parent !== undefined && stateOf(execution, around).Type === 'Map') {
    record(execution, { type: 'MapIterationAborted', state: runOf(around).name, index: thread.parent.index });
  }
  snapshot.threads = snapshot.threads.filter(({ id }) => id !== thread.id);
}
