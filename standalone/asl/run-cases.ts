import type { Json } from '#stepfunctions/language';

import { readCase, type Case } from './cases/case-format.ts';
import { runVirtually } from './cases/virtual-run.ts';
import type { Diagnostic } from './diagnostics.ts';
import { isJsonObject, jsonFault } from './json.ts';
import { parseMachine, parseMachineText, type ParsedMachine } from './parse-machine.ts';
import type { HistoryEvent } from './protocol.ts';

/**
 * What comes of a case. `status` is AWS's word; `INVALID` is a refused definition, and `ERROR` a case that could not be
 * run, because a field is wrong (`cause` names it) or a task had no answer (`history` then tells how far it came).
 */
export type CaseResult =
  | { readonly id: string | number; readonly status: 'SUCCEEDED'; readonly output: Json; readonly history: readonly CaseEvent[] }
  | { readonly id: string | number; readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error?: string; readonly cause?: string; readonly history: readonly CaseEvent[] }
  | { readonly id: string | number; readonly status: 'INVALID'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly id: string | number; readonly status: 'ERROR'; readonly error: string; readonly cause: string; readonly history?: readonly CaseEvent[] };

/** An event in the form of the recordings, which leaves out what a recording does not tell. */
export type CaseEvent = Pick<HistoryEvent, 'type' | 'state' | 'index' | 'length' | 'output' | 'assigned' | 'arguments' | 'timeoutSeconds' | 'heartbeatSeconds' | 'error' | 'cause' | 'location'>;

/** Languages of cases that were recorded in JSONPath mode, and hold nothing that only JSONPath has. */
const RUN_AS_JSONATA: ReadonlySet<string> = new Set(['JSONata-per-state', 'neutral', 'translated']);

/**
 * Runs one case or an array of them, on virtual time, and yields one result each, in order. A case is `{ id?, definition or
 * definitionText, input?, mocks?, control?, language?, type? }`; other fields are left alone. Nothing in a case can keep
 * the others from being run, and each ends within about a minute. `startedAt` is the virtual time at which each starts.
 */
export function* runCases(cases: unknown, { startedAt = Date.now() }: { readonly startedAt?: number } = {}): Generator<CaseResult> {
  const list: readonly unknown[] = Array.isArray(cases) ? cases : [cases];
  for (const [index, value] of list.entries()) {
    const named = isJsonObject(value) && (typeof value.id === 'string' || typeof value.id === 'number') ? value.id : `case-${index + 1}`;
    yield runCase(value, { id: named, startedAt });
  }
}

function runCase(value: unknown, { id, startedAt }: { readonly id: string | number; readonly startedAt: number }): CaseResult {
  const read = isJsonObject(value) ? readCase(value) : { fault: 'a case must be an object' };
  if ('fault' in read) return { id, status: 'ERROR', error: 'InvalidCase', cause: read.fault };
  const { machine, diagnostics } = parse(read.parsed);
  if (machine === undefined) return { id, status: 'INVALID', diagnostics };
  const run = runVirtually({ machine, name: String(id), startedAt, case: read.parsed });
  const history = run.history.map(caseEvent);
  if ('fault' in run) return { id, status: 'ERROR', ...run.fault, history };
  return { id, ...run.ending, history };
}

function parse({ definition, definitionText, language, type }: Case): ParsedMachine {
  const options = type === undefined ? {} : { type };
  const text = definitionText ?? (typeof definition === 'string' ? definition : undefined);
  if (text !== undefined && (language === undefined || !RUN_AS_JSONATA.has(language))) return parseMachineText(text, options);
  const translated = language !== undefined && RUN_AS_JSONATA.has(language) && jsonFault(definition) === undefined;
  return parseMachine(translated ? asJsonata(definition, true) : definition, options);
}

/** Sets the language of the whole machine, and takes away what single states say against it. */
function asJsonata(block: unknown, isMachine: boolean): unknown {
  if (!isJsonObject(block) || !isJsonObject(block.States)) return isMachine && isJsonObject(block) ? { ...block, QueryLanguage: 'JSONata' } : block;
  const states = Object.entries(block.States).map(([name, state]) => [name, isJsonObject(state) ? stateAsJsonata(state) : state]);
  return { ...block, ...(isMachine ? { QueryLanguage: 'JSONata' } : {}), States: Object.fromEntries(states) };
}

function stateAsJsonata(state: { readonly [field: string]: unknown }): unknown {
  const { QueryLanguage: language, ...rest } = state;
  const inner = Object.fromEntries(['ItemProcessor', 'Iterator'].filter((field) => field in rest).map((field) => [field, asJsonata(rest[field], false)]));
  const branches = Array.isArray(rest.Branches) ? { Branches: rest.Branches.map((branch) => asJsonata(branch, false)) } : {};
  return { ...rest, ...(language === undefined || language === 'JSONPath' ? {} : { QueryLanguage: language }), ...inner, ...branches };
}

/** The recordings tell of an execution's own events only that they occurred, and of a Map's or Parallel's not which. */
function caseEvent({ id: _id, timestamp: _timestamp, input: _input, resource: _resource, ...event }: HistoryEvent): CaseEvent {
  if (event.type.startsWith('Execution')) return { type: event.type };
  if (/^(?:Map|Parallel)State(?:Started|Succeeded|Failed)$/.test(event.type)) return { type: event.type, ...(event.length === undefined ? {} : { length: event.length }) };
  const { cause, ...rest } = event;
  return event.type === 'EvaluationFailed' && cause !== undefined ? { ...rest, cause } : rest;
}
