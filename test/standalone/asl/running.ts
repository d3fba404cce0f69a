import type { Json, JsonObject } from '#stepfunctions/language';

import { parseMachine } from '#standalone/asl/parse-machine';
import type { Machine } from '#standalone/asl/machine';
import type { AdvanceContext } from '#standalone/asl/protocol';
import { runCases, type CaseEvent, type CaseResult } from '#standalone/asl/run-cases';

/** The virtual time at which the tests start: an arbitrary Tuesday. */
export const START = Date.UTC(2030, 0, 1);

/** States of a JSONata machine that starts at the first of them. */
export function machineOf(states: JsonObject, rest: JsonObject = {}): JsonObject {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0] ?? '', States: states, ...rest };
}

/** Parses a definition that must be valid. */
export function parsed(definition: Json): Machine {
  const { machine, diagnostics } = parseMachine(definition);
  if (machine === undefined) throw new Error(`the definition is invalid: ${JSON.stringify(diagnostics)}`);
  return machine;
}

/** Runs one case on virtual time. */
export function run(definition: JsonObject, rest: { readonly input?: Json; readonly mocks?: unknown; readonly control?: unknown } = {}): CaseResult {
  const [result] = runCases({ id: 'test', definition, ...rest }, { startedAt: START });
  if (result === undefined) throw new Error('a case gave no result');
  return result;
}

/** The history of a run. */
export function historyOf(result: CaseResult): readonly CaseEvent[] {
  return 'history' in result ? (result.history ?? []) : [];
}

/** The types of a history, with the state or iteration where there is one. */
export function typesOf(result: CaseResult): readonly string[] {
  return historyOf(result).map(({ type, state, index }) => [type, state, index].filter((part) => part !== undefined).join(' '));
}

/** What a run gave, without its history. */
export function endOf(result: CaseResult): unknown {
  return Object.fromEntries(Object.entries(result).filter(([key]) => key !== 'history' && key !== 'id'));
}

/** A Pass state with an Output, run alone: its result. */
export function outputOf(output: Json, input: Json = {}): unknown {
  return endOf(run(machineOf({ Only: { Type: 'Pass', Output: output, End: true } }), { input }));
}

/** What a failed expression in the Output of a Pass state alone is reported as. */
export function evaluationError(sentence: string): unknown {
  return { status: 'FAILED', error: 'States.QueryEvaluationError', cause: `An error occurred while executing the state 'Only' (entered at the event id #2). ${sentence}` };
}

/** A context for single advances. */
export function contextAt(now: number): AdvanceContext {
  return {
    now,
    random: () => 0.5,
    execution: { id: 'execution', name: 'name', roleArn: 'role', stateMachine: { id: 'machine', name: 'machine' } },
    taskToken: (taskId) => `token-of-${taskId}`,
  };
}

/** A task that calls a function. */
export const CALL = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' } as const;

/** A task that ends when its token is given back. */
export const CALLBACK = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' } as const;
