const UNITS = [['d', 86_400], ['h', 3600], ['min', 60]] as const;

/** How long ago an instant was, in one unit: `42 s`, `3 min`, `5 h`, `12 d`. */
export function ago(instant: string | null, nowMilliseconds: number): string {
  if (instant === null) return '-';
  return duration(Math.max(0, Math.round((nowMilliseconds - Date.parse(instant)) / 1000)));
}

/** A length of time in its largest whole unit. */
export function duration(seconds: number): string {
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit === undefined ? `${seconds} s` : `${Math.floor(seconds / unit[1])} ${unit[0]}`;
}

/** A count with its noun: `1 target`, `3 targets`, `2 processes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

/** What is there, or a dash. */
export function orDash(text: string | null | undefined): string {
  return text === null || text === undefined || text === '' ? '-' : text;
}
