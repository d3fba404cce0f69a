import type { MachineName } from '#contracts/functions';

/** How an execution stands, in the words of Step Functions. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/**
 * Runs the state machines, durably. Task tokens never leave the control plane. Names are of a tenant: another tenant's execution of the same
 * name is another one. Tokens are parked strongly consistent.
 */
export interface Workflow {
  /**
   * Starts an execution, unless one of this name was started before, whether it runs or has ended: that counts as started. `started: false` tells
   * that there was one; an engine that cannot tell while it runs answers `true`.
   */
  start(execution: { readonly tenant: string; readonly machine: MachineName; readonly name: string; readonly input: { readonly tenant: string; readonly deployment: string } }): Promise<{ readonly started: boolean }>;
  /** Gives a task its result, a JSON value. Of several answers to a token one is accepted. `gone`: nobody waits for that token any more (timed out, invalid, ended); that is no error. */
  succeed(token: string, output: unknown): Promise<'accepted' | 'gone'>;
  /** Lets a task fail; `gone` as with `succeed`. */
  fail(token: string, failure: { readonly error: string; readonly cause: string }): Promise<'accepted' | 'gone'>;
  /** How a tenant's execution stands; `undefined` when none of this name was started. May lag behind a `start` or an answer by a moment. */
  describe(tenant: string, name: string): Promise<{ readonly status: ExecutionStatus } | undefined>;

  /**
   * Parks a token until its wait is over. Tokens of one wait stay side by side: which of them is still waited for shows when they are given
   * back. Idempotent.
   */
  park(wait: WaitKey, token: string): Promise<void>;
  /** The parked tokens of a deployment. */
  parked(tenant: string, deployment: string): Promise<readonly ParkedToken[]>;
  /** Forgets a parked token; one that is not parked is no error. */
  unpark(wait: WaitKey, token: string): Promise<void>;
}

/** What a token waits for: a step of a deployment, or the gate before it. */
export type WaitKey = { readonly tenant: string; readonly deployment: string; readonly wait: string };

/** A parked token and when it was parked (ISO 8601 UTC). */
export type ParkedToken = WaitKey & { readonly token: string; readonly parkedAt: string };
