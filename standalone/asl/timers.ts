import { end, findThread, record, runOf, stateOf, type Execution } from './execution.ts';
import type { Snapshot, Thread } from './snapshot.ts';
import { endWait } from './states/simple.ts';
import { timeOutTask } from './states/task.ts';

/** Something that happens when its time comes: to a thread, or to the whole execution. */
type Due = { readonly at: number; readonly kind: 'deadline' | 'waiting' | 'retrying' | 'timeout' | 'heartbeat'; readonly thread: number };

/** The next thing that is due, the earliest first and among equals the execution's end, then the order of threads; undefined when all is over. */
export function nextDue(snapshot: Snapshot): Due | undefined {
  if (snapshot.status !== 'RUNNING') return undefined;
  const all = [{ at: snapshot.deadline, kind: 'deadline' as const, thread: 0 }, ...snapshot.threads.flatMap(dueOf)];
  return all.reduce((earliest, due) => (due.at < earliest.at ? due : earliest));
}

/** Lets happen what is due. Throws StateFailure, for the thread it names, when that is a time-out of a task. */
export function happen(execution: Execution, due: Due): void {
  if (due.kind === 'deadline') {
    record(execution, { type: 'ExecutionTimedOut', error: 'States.Timeout' });
    end(execution, { status: 'TIMED_OUT' });
    return;
  }
  const thread = findThread(execution, due.thread);
  if (thread === undefined) throw new Error(`thread ${due.thread} is gone`);
  switch (due.kind) {
    case 'waiting': {
      const state = stateOf(execution, thread);
      if (state.Type !== 'Wait') throw new Error(`${runOf(thread).name} is no Wait`);
      runOf(thread).activity = { kind: 'running' };
      endWait(execution, thread, state);
      return;
    }
    case 'retrying':
      runOf(thread).activity = { kind: 'running' };
      runOf(thread).retryCount += 1;
      execution.steps.push({ kind: 'attempt', thread: thread.id });
      return;
    case 'timeout':
    case 'heartbeat':
      timeOutTask(execution, thread, due.kind);
  }
}

function dueOf({ id, run }: Thread): readonly Due[] {
  if (run === undefined) return [];
  const { activity } = run;
  switch (activity.kind) {
    case 'waiting':
    case 'retrying':
      return [{ at: activity.until, kind: activity.kind, thread: id }];
    case 'task': {
      const heartbeat = activity.heartbeatAt === undefined ? [] : [{ at: activity.heartbeatAt, kind: 'heartbeat' as const, thread: id }];
      return [{ at: activity.timeoutAt, kind: 'timeout', thread: id }, ...heartbeat];
    }
    case 'running':
    case 'branches':
      return [];
  }
}
