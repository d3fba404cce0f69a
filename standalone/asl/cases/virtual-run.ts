import { createHash } from 'node:crypto';

import { advance } from '../advance.ts';
import type { Machine } from '../machine.ts';
import type { AdvanceContext, Effect, Ending, HistoryEvent, Signal } from '../protocol.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Case } from './case-format.ts';
import { createMocks, type Mocks } from './mocks.ts';

/** How long one case may take in real time: expressions at their bounds, several times over. */
const CASE_MILLIS = 60_000;

/** The account and region that the recordings use. */
const ARN = 'arn:aws:states:us-east-1:111111111111';

/** The recordings show the name of the role masked, with the same mask on both sides; so the mask is the role's name here. */
const ROLE = 'snf_role_arn';

/** A run to its end, or why it could not be run to one. */
export type VirtualRun = { readonly history: readonly HistoryEvent[] } & ({ readonly ending: Ending } | { readonly fault: { readonly error: string; readonly cause: string } });

/** Carries out a signal; what a test of durability puts itself around. */
export type Step = (snapshot: Snapshot | undefined, signal: Signal, context: AdvanceContext) => ReturnType<typeof advance>;

/** A case that can run: its machine, its name, and the time at which it starts, in milliseconds since 1970. */
export type VirtualCase = { readonly machine: Machine; readonly name: string; readonly startedAt: number; readonly case: Pick<Case, 'input' | 'mocks' | 'control'> };

/**
 * Runs an execution on virtual time: tasks answer at once, and when nothing is left to do now, time jumps to the next
 * moment at which something is due. It ends in any case, as every execution has a deadline.
 */
export function runVirtually({ machine, name, startedAt, case: { input = {}, mocks = {}, control = [] } }: VirtualCase, step?: Step): VirtualRun {
  const history: HistoryEvent[] = [];
  const answers = createMocks(mocks);
  const execution = factsOf(name);
  const random = seededBy(name);
  const give = step ?? ((snapshot, signal, context) => advance(machine, snapshot, signal, context));
  const stops = new Set(control.map(({ after }) => after));
  const giveUpAt = performance.now() + CASE_MILLIS;

  const signals: Signal[] = [{ type: 'start', input }];
  let snapshot: Snapshot | undefined;
  let now = startedAt;
  let wakeAt: number | undefined;
  for (;;) {
    if (performance.now() > giveUpAt) return { history, fault: { error: 'CaseTimeout', cause: `the case took more than ${CASE_MILLIS / 1000} s of real time` } };
    const signal = signals.shift() ?? { type: 'timer' };
    if (signal.type === 'timer') now = wakeAt ?? now;
    const advanced = give(snapshot, signal, { now, random, execution, taskToken: (taskId) => `token-of-${taskId}` });
    if (advanced.outcome === 'gone') continue;
    snapshot = advanced.snapshot;
    history.push(...advanced.history);
    wakeAt = undefined;
    for (const effect of advanced.effects) {
      if (effect.type === 'ended') return { history, ending: effect.ending };
      if (effect.type === 'wake') wakeAt = effect.at;
      const fault = effect.type === 'schedule' ? answer(effect, { answers, signals, mocks }) : undefined;
      if (fault !== undefined) return { history, fault };
    }
    if (advanced.history.some(({ type }) => stops.has(type))) signals.unshift({ type: 'stop' });
  }
}

type Desk = { readonly answers: Mocks; readonly signals: Signal[]; readonly mocks: { readonly [state: string]: readonly unknown[] } };

function answer({ taskId, state, arguments: argument }: Extract<Effect, { type: 'schedule' }>, { answers, signals, mocks }: Desk): { readonly error: string; readonly cause: string } | undefined {
  const mock = answers.next(state, argument);
  if (mock === undefined) {
    const count = mocks[state]?.length ?? 0;
    return { error: 'MissingMock', cause: `mocks.${state} has ${count} entries, and attempt ${count + 1} of the task '${state}' needs another` };
  }
  if (mock.never === true) return undefined;
  if (mock.result !== undefined) signals.push({ type: 'taskSucceeded', taskId, output: mock.result });
  else signals.push({ type: 'taskFailed', taskId, error: mock.error ?? null, cause: mock.cause ?? null, notSubmitted: isRefusedCall(mock.error) });
  return undefined;
}

/** Exceptions of a service's own, as `SQS.QueueDoesNotExistException`, are of the call itself: nothing was submitted. */
function isRefusedCall(error: string | null | undefined): boolean {
  return typeof error === 'string' && /^[A-Z][A-Za-z0-9]*\.[A-Za-z0-9]+Exception$/.test(error) && !error.startsWith('States.');
}

function factsOf(name: string): AdvanceContext['execution'] {
  const machine = 'case';
  return { id: `${ARN}:execution:${machine}:${name}`, name, roleArn: ROLE, stateMachine: { id: `${ARN}:stateMachine:${machine}`, name: machine } };
}

/** The same numbers for the same name: SHA-256 of the name and a counter. */
function seededBy(name: string): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash('sha256').update(`${name}:${drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}
