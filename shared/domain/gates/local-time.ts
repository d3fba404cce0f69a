/** A date-time as text, read: the instant it names, or what it must be. Milliseconds since 1970-01-01T00:00:00Z. */
export type ReadTime = { readonly outcome: 'instant'; readonly atMilliseconds: number } | { readonly outcome: 'refused'; readonly rule: string };

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-]\d{2}:\d{2})?$/;
/** One day: clocks are never changed twice within the two days around a time. */
const DAY_MILLISECONDS = 86_400_000;

/** Whether a text is the name of a time zone of the IANA database, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Reads an ISO 8601 date-time, with `Z` or an offset, or else local in a time zone.
 *
 * A local time that a change of clocks skips is moved on by what was skipped (02:30 becomes 03:30). One that occurs twice is the first
 * or the second occurrence, as asked: a freeze begins at the first and ends at the second, so that it is never shorter than written.
 */
export function readTime(text: string, timeZone: string | undefined, twice: 'first' | 'second'): ReadTime {
  const found = DATE_TIME.exec(text);
  const local = found === null ? undefined : localMilliseconds(found);
  if (found === null || local === undefined) return { outcome: 'refused', rule: 'must be a date-time such as "2026-12-20T18:00:00Z", or without "Z" together with timeZone' };
  const offset = found[8];
  if (offset !== undefined) return { outcome: 'instant', atMilliseconds: local - offsetMilliseconds(offset) };
  if (timeZone === undefined) return { outcome: 'refused', rule: 'must end with "Z" or an offset, or timeZone must be given' };
  return { outcome: 'instant', atMilliseconds: instantOf(local, timeZone, twice) };
}

/** The parts of a date-time as if they were UTC; undefined where no calendar has them (the 30th of February). */
function localMilliseconds(found: RegExpExecArray): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const milliseconds = Number((found[7] ?? '').padEnd(3, '0'));
  const at = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const isReal = new Date(at).toISOString().startsWith(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6] ?? '00'}`);
  return isReal ? at : undefined;
}

function offsetMilliseconds(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The instant of a local time: tried with the offsets of the day before and of the day after, one of which holds at it. */
function instantOf(local: number, timeZone: string, twice: 'first' | 'second'): number {
  const before = zoneOffsetMilliseconds(local - DAY_MILLISECONDS, timeZone);
  const after = zoneOffsetMilliseconds(local + DAY_MILLISECONDS, timeZone);
  const candidates = [local - before, local - after].filter((at) => at + zoneOffsetMilliseconds(at, timeZone) === local);
  if (candidates.length === 0) return local - before;
  return twice === 'first' ? Math.min(...candidates) : Math.max(...candidates);
}

/** How far the clocks of a zone are ahead of UTC at an instant. */
function zoneOffsetMilliseconds(atMilliseconds: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  const parts = new Map(format.formatToParts(new Date(atMilliseconds)).map((part) => [part.type, Number(part.value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(atMilliseconds / 1000) * 1000;
}
