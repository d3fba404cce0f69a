/** What happened in one look: requests of both arms, and how many of each were bad. Whole numbers; bad is at most total. */
export type ArmCounts = { readonly canary: EventCount; readonly stable: EventCount };

/** Requests, and how many of them were bad. */
export type EventCount = { readonly total: number; readonly bad: number };

/** Nothing happened. */
export const NO_EVENTS: ArmCounts = { canary: { total: 0, bad: 0 }, stable: { total: 0, bad: 0 } };

/** Both looks as if they were one. */
export function addCounts(one: ArmCounts, other: ArmCounts): ArmCounts {
  const add = (left: EventCount, right: EventCount): EventCount => ({ total: left.total + right.total, bad: left.bad + right.bad });
  return { canary: add(one.canary, other.canary), stable: add(one.stable, other.stable) };
}
