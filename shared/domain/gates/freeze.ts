import type { Freeze, FreezeCalendar, FreezeWindow } from '#domain/gates/freeze-windows';
import { freezeCalendar, longestChain } from '#domain/gates/freeze-windows';

/** A freeze that holds. Instants are ISO 8601 UTC; `reason` is null where its author gave none. */
export type ActiveFreeze = { readonly name: string; readonly reason: string | null; readonly startedAt: string; readonly endsAt: string };

/** A freeze to come. */
export type ComingFreeze = { readonly name: string; readonly reason: string | null; readonly startsAt: string; readonly endsAt: string };

/**
 * The freeze that holds at an instant (ISO 8601 UTC): of several the one that ends last, of equals the first in the list.
 *
 * `endsAt` is when changes are possible again: where other freezes begin before it or at it, the end of the last of these. A freeze
 * holds from its start until just before its end. Pure. Throws RangeError for freezes that `freezeProblems` refuses.
 */
export function freezeAt(freezes: readonly Freeze[], instant: string): ActiveFreeze | undefined {
  const calendar = freezeCalendar(freezes);
  const at = millisecondsOf(instant);
  const window = lastToEnd(calendar.latestBegun(at).filter((one) => one.endMilliseconds > at));
  if (window === undefined) return undefined;
  return { ...named(window), startedAt: isoOf(window.startMilliseconds), endsAt: isoOf(endOfChain(calendar, { firstEnd: window.endMilliseconds, links: longestChain(freezes.length) })) };
}

/**
 * The first freeze that begins after an instant (ISO 8601 UTC), whether or not one holds then; of several that begin at once the one
 * that ends last. `endsAt` as in {@link freezeAt}. Undefined when none is to come.
 */
export function nextFreeze(freezes: readonly Freeze[], instant: string): ComingFreeze | undefined {
  const calendar = freezeCalendar(freezes);
  const coming = calendar.nextToBegin(millisecondsOf(instant));
  const start = Math.min(...coming.map((one) => one.startMilliseconds));
  const window = lastToEnd(coming.filter((one) => one.startMilliseconds === start));
  if (window === undefined) return undefined;
  return { ...named(window), startsAt: isoOf(start), endsAt: isoOf(endOfChain(calendar, { firstEnd: window.endMilliseconds, links: longestChain(freezes.length) })) };
}

/** Several freezes seldom interlock. Where there are more links than are followed, the end is that of the last one, and whoever asks again then is told the next. */
function endOfChain(calendar: FreezeCalendar, { firstEnd, links }: { readonly firstEnd: number; readonly links: number }): number {
  let end = firstEnd;
  for (let followed = 0; followed < links; followed++) {
    const later = lastToEnd(calendar.latestBegun(end));
    if (later === undefined || later.endMilliseconds <= end) return end;
    end = later.endMilliseconds;
  }
  return end;
}

function lastToEnd(windows: readonly FreezeWindow[]): FreezeWindow | undefined {
  return windows.reduce<FreezeWindow | undefined>((last, one) => (last === undefined || one.endMilliseconds > last.endMilliseconds ? one : last), undefined);
}

function named(window: FreezeWindow): { readonly name: string; readonly reason: string | null } {
  return { name: window.freeze.name, reason: window.freeze.reason ?? null };
}

function millisecondsOf(instant: string): number {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) throw new RangeError(`"${instant}" is no instant`);
  return at;
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
