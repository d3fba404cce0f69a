import type { Freeze, OneTimeFreeze, RecurringFreeze } from '#domain/gates/freeze-windows';
import { freezeCalendar, isRecurring, longestChain } from '#domain/gates/freeze-windows';
import { isTimeZone, readTime } from '#domain/gates/local-time';

/** What is wrong with a freeze: the field by its path, the rule it breaks, and its value. */
export type FreezeProblem = { readonly field: string; readonly rule: string; readonly value: unknown };

/** The longest recurring freeze: 31 days of 1440 minutes. */
const MAXIMUM_DURATION_MINUTES = 31 * 1440;
/** Occurrences in a row without a pause between them, from one on; a freeze that needs more is better written with longer ones. Among many freezes it is fewer. */
const MAXIMUM_IN_A_ROW = 100;
/** Where occurrences are counted from. Any instant does; a fixed one gives the same answer for the same freeze. */
const REFERENCE_MILLISECONDS = Date.UTC(2024, 0, 1);

/**
 * What is wrong with freezes, beyond the shape of their fields: an unknown zone, a time that is no time, an end that is not after its
 * start, a schedule that is no cron expression, never occurs or never pauses, a duration out of 1 minute to 31 days, a name used
 * twice. Empty when nothing is. `field` is the path of the list, and begins the path of each problem. Pure.
 */
export function freezeProblems(freezes: readonly Freeze[], field = 'freezes'): FreezeProblem[] {
  const names = freezes.map((freeze) => freeze.name);
  const mostInARow = Math.min(MAXIMUM_IN_A_ROW, longestChain(freezes.length));
  return freezes.flatMap((freeze, index) => {
    const isRepeated = names.indexOf(freeze.name) < index;
    const repeated = isRepeated ? [{ field: 'name', rule: 'must be used by one freeze only', value: freeze.name }] : [];
    const own = isRecurring(freeze) ? recurringProblems(freeze, mostInARow) : oneTimeProblems(freeze);
    return [...repeated, ...zoneProblems(freeze), ...own].map((problem) => ({ ...problem, field: `${field}.${index}.${problem.field}` }));
  });
}

function zoneProblems(freeze: Freeze): readonly FreezeProblem[] {
  if (freeze.timeZone === undefined || isTimeZone(freeze.timeZone)) return [];
  return [{ field: 'timeZone', rule: 'must be a time zone of the IANA database, such as "Europe/Berlin"', value: freeze.timeZone }];
}

function oneTimeProblems(freeze: OneTimeFreeze): readonly FreezeProblem[] {
  const timeZone = freeze.timeZone !== undefined && !isTimeZone(freeze.timeZone) ? 'UTC' : freeze.timeZone;
  const start = readTime(freeze.startsAt, timeZone, 'first');
  const end = readTime(freeze.endsAt, timeZone, 'second');
  const problems: FreezeProblem[] = [];
  if (start.outcome === 'refused') problems.push({ field: 'startsAt', rule: start.rule, value: freeze.startsAt });
  if (end.outcome === 'refused') problems.push({ field: 'endsAt', rule: end.rule, value: freeze.endsAt });
  if (start.outcome === 'instant' && end.outcome === 'instant' && end.atMilliseconds <= start.atMilliseconds) {
    problems.push({ field: 'endsAt', rule: `must be after startsAt, ${freeze.startsAt}`, value: freeze.endsAt });
  }
  return problems;
}

function recurringProblems(freeze: RecurringFreeze, mostInARow: number): readonly FreezeProblem[] {
  const { durationMinutes } = freeze;
  const isInRange = Number.isInteger(durationMinutes) && durationMinutes >= 1 && durationMinutes <= MAXIMUM_DURATION_MINUTES;
  const duration = isInRange ? [] : [{ field: 'durationMinutes', rule: `must be a whole number from 1 to ${MAXIMUM_DURATION_MINUTES} (31 days)`, value: durationMinutes }];
  return [...duration, ...scheduleProblems(freeze, isInRange ? mostInARow : undefined)];
}

/** `mostInARow` is undefined where the duration is none, and nothing can be in a row. */
function scheduleProblems(freeze: RecurringFreeze, mostInARow: number | undefined): readonly FreezeProblem[] {
  const problem = (rule: string): readonly FreezeProblem[] => [{ field: 'schedule', rule, value: freeze.schedule }];
  if (!/^[^\s?]+( +[^\s?]+){4}$/.test(freeze.schedule)) return problem('must be five cron fields (minute hour day month weekday) without "?", such as "0 18 * * FRI"');
  try {
    const rule = occurrenceRule(freeze, mostInARow);
    return rule === undefined ? [] : problem(rule);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return problem(`must be a cron expression: ${error.message.replace(/^CronPattern: /, '')}`);
    throw error;
  }
}

/** The rule that the occurrences of a schedule break, if any. Throws croner's error for a schedule without meaning. */
function occurrenceRule(freeze: RecurringFreeze, mostInARow: number | undefined): string | undefined {
  const calendar = freezeCalendar([{ ...freeze, timeZone: 'UTC' }]);
  const [first] = calendar.nextToBegin(REFERENCE_MILLISECONDS);
  if (first === undefined) return 'must occur at some time';
  if (mostInARow === undefined) return undefined;
  let end = first.endMilliseconds;
  for (let inARow = 1; inARow <= mostInARow; inARow++) {
    const [latest] = calendar.latestBegun(end);
    if (latest === undefined || latest.endMilliseconds <= end) return undefined;
    end = latest.endMilliseconds;
  }
  return `must leave a pause after at most ${mostInARow} occurrences in a row, which last ${freeze.durationMinutes} minutes each`;
}
