import { Cron } from 'croner';

import { readTime } from '#domain/gates/local-time';

/** A time in which nothing may change, from one instant until just before another. Local times are of `timeZone`. */
export type OneTimeFreeze = { readonly name: string; readonly reason?: string | undefined; readonly startsAt: string; readonly endsAt: string; readonly timeZone?: string | undefined };

/**
 * A time in which nothing may change, again and again: whenever `schedule` (five cron fields, in `timeZone`, UTC by default) says, for
 * `durationMinutes` of real time.
 */
export type RecurringFreeze = { readonly name: string; readonly reason?: string | undefined; readonly schedule: string; readonly durationMinutes: number; readonly timeZone?: string | undefined };

/** A freeze of an environment, as its author writes it. */
export type Freeze = OneTimeFreeze | RecurringFreeze;

/** One occurrence of a freeze: from its start until just before its end, in milliseconds since 1970-01-01T00:00:00Z. */
export type FreezeWindow = { readonly freeze: Freeze; readonly startMilliseconds: number; readonly endMilliseconds: number };

/** Whether a freeze comes again and again. */
export function isRecurring(freeze: Freeze): freeze is RecurringFreeze {
  return 'schedule' in freeze;
}

/**
 * The schedule of a recurring freeze. Throws for one that is no cron expression.
 *
 * Croner's rules for a change of clocks: a time that is skipped occurs at the first time after the gap, a time that occurs twice occurs
 * once, the first time. `fixedTimeRule` extends this to lists of hours. The clock is never read: only `?` would, and it is refused by
 * {@link freezeProblems}.
 */
export function scheduleOf(freeze: RecurringFreeze): Cron {
  return new Cron(freeze.schedule, { timezone: freeze.timeZone ?? 'UTC', mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
}

/**
 * The occurrences of freezes, prepared once for many questions. Throws RangeError for a freeze that `freezeProblems` refuses: such a
 * freeze must never have been stored.
 */
export type FreezeCalendar = {
  /** Per freeze, its latest occurrence that has begun at an instant; it may be over. */
  readonly latestBegun: (atMilliseconds: number) => readonly FreezeWindow[];
  /** Per freeze, its first occurrence that begins after an instant. */
  readonly nextToBegin: (atMilliseconds: number) => readonly FreezeWindow[];
};

/**
 * The most occurrences that are looked at to answer one question about freezes. One look takes 50 to 130 µs, so that an answer, during
 * which a single process serves nobody else, takes 0.13 s at the most, whatever freezes somebody has written.
 */
const MAXIMUM_LOOKS = 1000;

/** How many occurrences that follow one another are followed among so many freezes, each of which is looked at for each link: 1000 for one, 20 for 50. */
export function longestChain(freezes: number): number {
  return Math.floor(MAXIMUM_LOOKS / Math.max(1, freezes));
}

/** Prepares the occurrences of freezes. */
export function freezeCalendar(freezes: readonly Freeze[]): FreezeCalendar {
  const occurrences = freezes.map((freeze) => (isRecurring(freeze) ? recurring(freeze) : oneTime(freeze)));
  return {
    latestBegun: (at) => occurrences.flatMap((one) => one.latestBegun(at)),
    nextToBegin: (at) => occurrences.flatMap((one) => one.nextToBegin(at)),
  };
}

function oneTime(freeze: OneTimeFreeze): FreezeCalendar {
  const window = { freeze, startMilliseconds: instantOf(freeze, 'startsAt'), endMilliseconds: instantOf(freeze, 'endsAt') };
  return {
    latestBegun: (at) => (window.startMilliseconds <= at ? [window] : []),
    nextToBegin: (at) => (window.startMilliseconds > at ? [window] : []),
  };
}

function instantOf(freeze: OneTimeFreeze, field: 'startsAt' | 'endsAt'): number {
  const read = readTime(freeze[field], freeze.timeZone, field === 'startsAt' ? 'first' : 'second');
  if (read.outcome === 'instant') return read.atMilliseconds;
  throw new RangeError(`freeze ${freeze.name}: ${field} ${read.rule}, is "${freeze[field]}"`);
}

function recurring(freeze: RecurringFreeze): FreezeCalendar {
  const schedule = scheduleOf(freeze);
  const windows = (starts: readonly Date[]) => starts.map((start) => ({ freeze, startMilliseconds: start.getTime(), endMilliseconds: start.getTime() + freeze.durationMinutes * 60_000 }));
  const secondOf = (at: number) => Math.floor(at / 1000) * 1000;
  return {
    latestBegun: (at) => windows(schedule.previousRuns(1, new Date(secondOf(at) + 1000))),
    nextToBegin: (at) => windows(schedule.nextRuns(1, new Date(secondOf(at)))),
  };
}
