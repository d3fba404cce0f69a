/** A date and a time with an offset, as RFC 3339 and Java's ISO_OFFSET_DATE_TIME write them; any number of digits after the second. */
const PATTERN = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2})$/i;

/** Reads a time stamp with date, `T`, time and offset into milliseconds since 1970; undefined when the text is none or no such day or time exists. */
export function parseTimestamp(text: string): number | undefined {
  const parts = PATTERN.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offsetMinutes = offsetOf(parts[8] ?? 'Z');
  if (offsetMinutes === undefined) return undefined;
  const millis = Math.floor(Number(`0.${parts[7] ?? '0'}`) * 1000);
  return Date.UTC(year, month - 1, day, hour, minute - offsetMinutes, second, millis);
}

/** Writes milliseconds since 1970 as ISO 8601 in UTC. */
export function isoOf(millis: number): string {
  return new Date(millis).toISOString();
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The greatest offset of ISO 8601 in Java is 18 hours. */
function offsetOf(text: string): number | undefined {
  if (text.toUpperCase() === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  if (Number(text.slice(4, 6)) > 59 || minutes > 18 * 60) return undefined;
  return text.startsWith('-') ? -minutes : minutes;
}
