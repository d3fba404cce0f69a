/**
 * How long an answer "too many requests" waits. Who waits for answers before asking on, as most programs do, asks half a second later then, and with
 * 64 connections 128 times in a second in place of thousands: so its tenant's limit is no work for the others. Retry-After is at least a second anyway.
 */
export const HOLD_MILLISECONDS = 500;

/** Of as many at once, 20 MB with their sockets; further ones are answered as fast as it goes. */
const MOST_HELD = 2000;

/** Holds refusals back, within bounds. */
export type HoldRefused = (status: number) => Promise<void>;

/** Makes one for a server. 0 holds nothing. */
export function createHoldRefused(milliseconds: number): HoldRefused {
  let held = 0;
  return async (status) => {
    if (status !== 429 || milliseconds === 0 || held >= MOST_HELD) return;
    held += 1;
    await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
    held -= 1;
  };
}
