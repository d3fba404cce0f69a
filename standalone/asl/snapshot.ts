import { z } from 'zod';

import type { Json, JsonObject } from '#stepfunctions/language';

import { isJsonObject } from './json.ts';

const json = z.custom<Json>((value) => value !== undefined);
const jsonObject = z.custom<JsonObject>(isJsonObject);
/** Milliseconds since 1970. */
const moment = z.number();

/**
 * What a state is doing. `running` exists only while a signal is being worked on. A `branches` activity counts what
 * was started and what is done, and keeps the outputs by index and the items of a Map.
 */
const activitySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('waiting'), until: moment }),
  z.object({ kind: z.literal('retrying'), until: moment }),
  z.object({
    kind: z.literal('task'),
    taskId: z.string(),
    resource: z.string(),
    timeoutAt: moment,
    heartbeatAt: moment.optional(),
    heartbeatSeconds: z.number().optional(),
  }),
  z.object({
    kind: z.literal('branches'),
    total: z.number(),
    next: z.number(),
    done: z.number(),
    limit: z.number(),
    items: z.array(json).optional(),
    outputs: z.record(z.string(), json),
  }),
]);

/** A state that was entered and not left: its input, how often each retrier was used, and what it is doing. */
const stateRunSchema = z.object({
  name: z.string(),
  input: json,
  enteredAt: moment,
  enteredEventId: z.number(),
  retriesByRetrier: z.record(z.string(), z.number()),
  retryCount: z.number(),
  activity: activitySchema,
});

/** One line of states: the machine's own, a branch of a Parallel or an iteration of a Map. It has a scope of variables. */
const threadSchema = z.object({
  id: z.number(),
  parent: z.object({ thread: z.number(), index: z.number() }).optional(),
  variables: jsonObject,
  item: json.optional(),
  run: stateRunSchema.optional(),
});

const snapshotSchema = z.object({
  version: z.literal(1),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  input: json,
  startedAt: moment,
  deadline: moment,
  events: z.number(),
  tasks: z.number(),
  nextThread: z.number(),
  threads: z.array(threadSchema),
});

/**
 * The whole state of an execution, as plain JSON: what `advance` gives and takes. Store it as it is; nothing else is
 * needed to go on but the machine and the facts of the execution.
 */
export type Snapshot = z.infer<typeof snapshotSchema>;
export type Thread = z.infer<typeof threadSchema>;
export type StateRun = z.infer<typeof stateRunSchema>;
export type Activity = z.infer<typeof activitySchema>;
export type TaskActivity = Extract<Activity, { kind: 'task' }>;
export type BranchesActivity = Extract<Activity, { kind: 'branches' }>;

/** Reads a stored snapshot; throws on one of another version or of no version at all. */
export function parseSnapshot(stored: unknown): Snapshot {
  return snapshotSchema.parse(stored);
}
