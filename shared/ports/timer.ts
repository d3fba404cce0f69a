import type { TimerPayload } from '#contracts/timers';

/** Calls back at a time, at least once, never earlier, in no promised order; survives a restart. A timer belongs to the tenant of its payload. */
export interface Timers {
  /** Sets a timer. The same id of the same tenant again moves it and replaces its payload. `at` is ISO 8601 UTC. */
  set(timer: { readonly id: string; readonly at: string; readonly payload: TimerPayload }): Promise<void>;
  /** Forgets a tenant's timer; it may still fire if it was due. One that is not set is no error. */
  cancel(tenant: string, id: string): Promise<void>;
}
