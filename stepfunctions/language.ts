/** Any JSON value, as Amazon States Language passes it between states. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An object of JSON values. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * The part of Amazon States Language that our machines use, in JSONata mode only.
 * Source: https://states-language.net/ and the Step Functions developer guide.
 */
export type StateMachine = {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: States;
};

/** The states of a machine, branch or item processor by name. */
export type States = { readonly [name: string]: State };

/** One state; the `Type` field tells which. */
export type State = TaskState | ChoiceState | WaitState | PassState | SucceedState | FailState | ParallelState | MapState;

type Flow = { readonly Next: string } | { readonly End: true };
type Shared = { readonly Comment?: string; readonly Output?: Json; readonly Assign?: JsonObject };

/** How often and how long after a failure a state is tried again. */
export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
};

/** Where a machine goes on after a failure. */
export type Catcher = Shared & { readonly ErrorEquals: readonly string[]; readonly Next: string };

type Guarded = { readonly Retry?: readonly Retrier[]; readonly Catch?: readonly Catcher[] };

/** A call of a function; with `.waitForTaskToken` it ends when the token is given back. */
export type TaskState = Shared & Guarded & Flow & {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
};

/** A branching by conditions, first true one wins. */
export type ChoiceState = Shared & {
  readonly Type: 'Choice';
  readonly Choices: readonly (Shared & { readonly Condition: string | boolean; readonly Next: string })[];
  readonly Default?: string;
};

/** A pause of a length or until a time. */
export type WaitState = Shared & Flow & { readonly Type: 'Wait'; readonly Seconds?: number | string; readonly Timestamp?: string };

/** A state that only shapes its output. */
export type PassState = Shared & Flow & { readonly Type: 'Pass' };

/** The good end. */
export type SucceedState = { readonly Type: 'Succeed'; readonly Comment?: string; readonly Output?: Json };

/** The bad end. */
export type FailState = { readonly Type: 'Fail'; readonly Comment?: string; readonly Error?: string; readonly Cause?: string };

/** Branches that run side by side. */
export type ParallelState = Shared & Guarded & Flow & {
  readonly Type: 'Parallel';
  readonly Branches: readonly { readonly StartAt: string; readonly States: States }[];
  readonly Arguments?: Json;
};

/** The same states for each item of an array. */
export type MapState = Shared & Guarded & Flow & {
  readonly Type: 'Map';
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor: { readonly ProcessorConfig?: { readonly Mode: 'INLINE' }; readonly StartAt: string; readonly States: States };
};
