import { describe, expect, test } from 'vitest';

import { freezeProblems } from '#domain/gates/freeze-problems';
import type { Freeze } from '#domain/gates/freeze-windows';

const once: Freeze = { name: 'once', startsAt: '2026-12-20T18:00:00Z', endsAt: '2027-01-04T06:00:00Z' };
const often: Freeze = { name: 'often', schedule: '0 18 * * FRI', durationMinutes: 3600, timeZone: 'Europe/Berlin' };

describe('freezes that are well written', () => {
  test.each<readonly [string, Freeze]>([
    ['an instant', once],
    ['local times', { ...once, startsAt: '2026-12-20T18:00', endsAt: '2027-01-04T06:00:00.5', timeZone: 'America/New_York' }],
    ['a schedule', often],
    ['a schedule without a zone', { name: 'a', schedule: '*/30 9-17 1,15 JAN-MAR MON-FRI', durationMinutes: 1 }],
    ['the longest duration', { name: 'a', schedule: '0 0 1 12 *', durationMinutes: 44_640 }],
    ['the last day of the month', { name: 'a', schedule: '0 0 L * *', durationMinutes: 1440 }],
    ['one after the other for a working day', { name: 'a', schedule: '0 9-17 * * MON-FRI', durationMinutes: 60 }],
    ['leap days', { name: 'a', schedule: '0 0 29 2 *', durationMinutes: 60 }],
  ])('have no problems: %s', (_, freeze) => {
    expect(freezeProblems([freeze])).toEqual([]);
  });
});

describe('a freeze that is badly written', () => {
  const zone = 'must be a time zone of the IANA database, such as "Europe/Berlin"';
  const dateTime = 'must be a date-time such as "2026-12-20T18:00:00Z", or without "Z" together with timeZone';
  const fields = 'must be five cron fields (minute hour day month weekday) without "?", such as "0 18 * * FRI"';
  const duration = 'must be a whole number from 1 to 44640 (31 days)';

  test.each<readonly [Freeze, string, string, unknown]>([
    [{ ...once, timeZone: 'Mars/Olympus' }, 'timeZone', zone, 'Mars/Olympus'],
    [{ ...often, timeZone: '+01:00' }, 'timeZone', zone, '+01:00'],
    [{ ...often, timeZone: '' }, 'timeZone', zone, ''],
    [{ ...once, startsAt: '2026-12-20' }, 'startsAt', dateTime, '2026-12-20'],
    [{ ...once, startsAt: '2026-02-30T00:00:00Z' }, 'startsAt', dateTime, '2026-02-30T00:00:00Z'],
    [{ ...once, endsAt: '2026-12-20T24:00:00Z' }, 'endsAt', dateTime, '2026-12-20T24:00:00Z'],
    [{ ...once, endsAt: '2027-01-04T06:00:00' }, 'endsAt', 'must end with "Z" or an offset, or timeZone must be given', '2027-01-04T06:00:00'],
    [{ ...once, endsAt: once.startsAt }, 'endsAt', 'must be after startsAt, 2026-12-20T18:00:00Z', '2026-12-20T18:00:00Z'],
    [{ ...once, startsAt: '2026-12-20T18:00', endsAt: '2026-12-20T17:30Z', timeZone: 'America/New_York' }, 'endsAt', 'must be after startsAt, 2026-12-20T18:00', '2026-12-20T17:30Z'],
    [{ ...often, schedule: '0 18 * *' }, 'schedule', fields, '0 18 * *'],
    [{ ...often, schedule: '0 0 18 * * FRI' }, 'schedule', fields, '0 0 18 * * FRI'],
    [{ ...often, schedule: '@daily' }, 'schedule', fields, '@daily'],
    [{ ...often, schedule: '? 18 * * *' }, 'schedule', fields, '? 18 * * *'],
    [{ ...often, schedule: '61 18 * * *' }, 'schedule', 'must be a cron expression: Invalid value for minute: 61', '61 18 * * *'],
    [{ ...often, schedule: '0 0 30 2 *' }, 'schedule', 'must occur at some time', '0 0 30 2 *'],
    [{ ...often, schedule: '0 0 * * *', durationMinutes: 1440 }, 'schedule', 'must leave a pause after at most 100 occurrences in a row, which last 1440 minutes each', '0 0 * * *'],
    [{ ...often, schedule: '* 9-17 * * *', durationMinutes: 1 }, 'schedule', 'must leave a pause after at most 100 occurrences in a row, which last 1 minutes each', '* 9-17 * * *'],
    [{ ...often, durationMinutes: 0 }, 'durationMinutes', duration, 0],
    [{ ...often, durationMinutes: 44_641 }, 'durationMinutes', duration, 44_641],
    [{ ...often, durationMinutes: 1.5 }, 'durationMinutes', duration, 1.5],
  ])('%j is told by field, rule and value', (freeze, field, rule, value) => {
    expect(freezeProblems([freeze])).toEqual([{ field: `freezes.0.${field}`, rule, value }]);
  });

  test('may have fewer occurrences in a row among many freezes, so that looking at all of them stays short', () => {
    const hourly = { ...often, schedule: '* 9 * * *', durationMinutes: 1 };
    const others = Array.from({ length: 49 }, (_, index) => ({ ...once, name: `other-${index}` }));
    expect(freezeProblems([hourly])).toEqual([]);
    expect(freezeProblems([hourly, ...others])).toEqual([{ field: 'freezes.0.schedule', rule: 'must leave a pause after at most 20 occurrences in a row, which last 1 minutes each', value: '* 9 * * *' }]);
  });

  test('is told all its problems, by its place in the list', () => {
    const problems = freezeProblems([once, { name: 'bad', schedule: 'x', durationMinutes: -1, timeZone: 'x' }, { ...often, name: 'once' }], 'spec.freezes');
    expect(problems.map((problem) => problem.field)).toEqual(['spec.freezes.1.timeZone', 'spec.freezes.1.durationMinutes', 'spec.freezes.1.schedule', 'spec.freezes.2.name']);
    expect(problems.at(-1)).toMatchObject({ rule: 'must be used by one freeze only', value: 'once' });
  });

  test('by several at once is told for each', () => {
    expect(freezeProblems([{ ...once, startsAt: 'x', endsAt: 'y' }]).map((problem) => problem.field)).toEqual(['freezes.0.startsAt', 'freezes.0.endsAt']);
  });
});
