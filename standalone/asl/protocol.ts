import type { Json, JsonObject } from '#stepfunctions/language';

import type { Snapshot } from './snapshot.ts';

/**
 * Something that happened to an execution. Task ids come from the `schedule` effects. `timer` means that time has passed:
 * everything that is due at the context's `now` happens.
 */
export type Signal =
  | { readonly type: 'start'; readonly input: Json }
  | { readonly type: 'taskSucceeded'; readonly taskId: string; readonly output: Json }
  | { readonly type: 'taskFailed'; readonly taskId: string; readonly error?: string | null; readonly cause?: string | null; readonly notSubmitted?: boolean }
  | { readonly type: 'heartbeat'; readonly taskId: string }
  | { readonly type: 'timer' }
  | { readonly type: 'stop'; readonly error?: string; readonly cause?: string };

/**
 * Something that the host must do, stored in the transaction of the snapshot and done at least once after it.
 * - `schedule`: do a task, and signal its end. With `callback` it ends when its token, which is somewhere in the arguments,
 *   is given back; `timeoutAt` and `heartbeatAt` (milliseconds since 1970) are for information, the execution keeps them.
 * - `abandon`: nobody waits for this task any more; its token is dead and its work may be stopped.
 * - `wake`: signal `timer` at this time. There is at most one per call, and it replaces the one before; a call that was
 *   applied and gives none cancels it.
 * - `ended`: the execution is over.
 */
export type Effect =
  | ({ readonly type: 'schedule' } & ScheduledTask)
  | { readonly type: 'abandon'; readonly taskId: string }
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'ended'; readonly ending: Ending };

/** A task to be done: what to call with what, in which state. */
export type ScheduledTask = {
  readonly taskId: string;
  readonly state: string;
  readonly resource: string;
  readonly arguments: Json;
  readonly callback: boolean;
  readonly timeoutAt: number;
  readonly heartbeatAt?: number;
};

/** How an execution ended. `error` and `cause` are absent where AWS reports none: for a time-out of the whole execution, and for failures without a name. */
export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error?: string; readonly cause?: string };

/**
 * One event of the history, with AWS's names for types and numbers from 1. `state` is the state or, for iterations, the
 * Map; `length` the items of a Map; `location` where in its state an evaluation failed.
 */
export type HistoryEvent = {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly type: string;
  readonly state?: string;
  readonly index?: number;
  readonly length?: number;
  readonly input?: Json;
  readonly output?: Json;
  readonly assigned?: JsonObject;
  readonly arguments?: Json;
  readonly resource?: string;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly error?: string | null;
  readonly cause?: string | null;
  readonly location?: string;
};

/** What expressions read of the execution in `$states.context`, and what task ids are made of. */
export type ExecutionFacts = {
  /** Unique among all executions; task ids begin with it. */
  readonly id: string;
  readonly name: string;
  readonly roleArn: string;
  readonly stateMachine: { readonly id: string; readonly name: string };
};

/** Where an advance gets time, chance and tokens from. */
export type AdvanceContext = {
  /** Now, in milliseconds since 1970. Never less than at an earlier call for the same execution. */
  readonly now: number;
  /** A number from 0 up to 1, for jitter and for random functions in expressions. */
  readonly random: () => number;
  readonly execution: ExecutionFacts;
  /** The token of a task, for `$states.context.Task.Token`. Must be the same for the same id. */
  readonly taskToken: (taskId: string) => string;
};

/**
 * What an advance gives. `gone`: the signal met nothing that waits for it (a task that ended, an execution that is over or
 * that was started before, no time that is due), so nothing changed and nothing is to be done.
 */
export type Advance =
  | { readonly outcome: 'applied'; readonly snapshot: Snapshot; readonly effects: readonly Effect[]; readonly history: readonly HistoryEvent[] }
  | { readonly outcome: 'gone' };
