import type { TimerPayload } from '#contracts/timers';

/** Calls back at a time, at least once, never earlier; survives a restart. */
export interface Timers {
  /** Sets a timer. The same id again moves it and replaces its payload. `at` is ISO 8601 UTC. */
  set(timer: { readonly id: string; readonly at: string; readonly payload: TimerPayload }): Promise<void>;
  /** Forgets a timer; it may still fire if it was due. */
  cancel(id: string): Promise<void>;
}
