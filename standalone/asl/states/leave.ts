import type { Json, JsonObject } from '#stepfunctions/language';

import { evaluateField, type Scope } from '../evaluate.ts';
import { end, findThread, record, runOf, stateOf, type Execution } from '../execution.ts';
import { dataLimitFailure } from '../failure.ts';
import { MAXIMUM_DATA_BYTES, isJsonObject, sizeBytesOf } from '../json.ts';
import type { Thread } from '../snapshot.ts';

/** The fields that shape what a state, a rule or a catcher gives on. */
export type Shaping = { readonly Output?: Json | undefined; readonly Assign?: JsonObject | undefined };

/** What a state gives on when it is left. */
export type Shaped = { readonly output: Json; readonly assigned: JsonObject };

/**
 * Evaluates Output and Assign side by side: both see the variables as they were. Without an Output the `fallback` is given
 * on. `place` comes before the fields' names in errors, as `Choices[0]/`.
 */
export function shape(holder: Shaping, scope: Scope, { fallback, place = '' }: { readonly fallback: Json; readonly place?: string }): Shaped {
  const output = holder.Output === undefined ? fallback : evaluateField(holder.Output, `${place}Output`, scope);
  const assigned = holder.Assign === undefined ? {} : evaluateField(holder.Assign, `${place}Assign`, scope);
  return { output, assigned: isJsonObject(assigned) ? assigned : {} };
}

/** Leaves a state: records it, sets the variables, and goes on to the next state or ends the thread. Throws StateFailure when there is too much data. */
export function leave(execution: Execution, thread: Thread, { output, assigned, next }: Shaped & { readonly next: string | undefined }): void {
  const { name } = runOf(thread);
  if (sizeBytesOf(output) > MAXIMUM_DATA_BYTES || sizeBytesOf(assigned) > MAXIMUM_DATA_BYTES) throw dataLimitFailure(name);
  const hasAssigned = Object.keys(assigned).length > 0;
  record(execution, { type: `${stateOf(execution, thread).Type}StateExited`, state: name, output, ...(hasAssigned ? { assigned } : {}) });
  thread.variables = { ...thread.variables, ...assigned };
  delete thread.run;
  if (next === undefined) endThread(execution, thread, output);
  else execution.steps.push({ kind: 'enter', thread: thread.id, state: next, input: output });
}

function endThread(execution: Execution, thread: Thread, output: Json): void {
  const { snapshot, steps } = execution;
  if (thread.parent === undefined) {
    record(execution, { type: 'ExecutionSucceeded', output });
    end(execution, { status: 'SUCCEEDED', output });
    return;
  }
  snapshot.threads = snapshot.threads.filter(({ id }) => id !== thread.id);
  const parent = findThread(execution, thread.parent.thread);
  if (parent !== undefined) steps.push({ kind: 'joined', thread: parent.id, index: thread.parent.index, output });
}
