import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { freezeAt, nextFreeze } from '#domain/gates/freeze';
import type { Freeze } from '#domain/gates/freeze-windows';

const yearEnd: Freeze = { name: 'year-end', reason: 'holidays', startsAt: '2026-12-20T18:00:00Z', endsAt: '2027-01-04T06:00:00Z' };
/** From Friday 18:00 in Berlin for 60 hours. */
const weekends: Freeze = { name: 'weekends', schedule: '0 18 * * FRI', durationMinutes: 3600, timeZone: 'Europe/Berlin' };

describe('a freeze that comes once', () => {
  test('holds from its start until just before its end', () => {
    expect(freezeAt([yearEnd], '2026-12-20T17:59:59.999Z')).toBeUndefined();
    expect(freezeAt([yearEnd], '2026-12-20T18:00:00Z')).toEqual({ name: 'year-end', reason: 'holidays', startedAt: '2026-12-20T18:00:00.000Z', endsAt: '2027-01-04T06:00:00.000Z' });
    expect(freezeAt([yearEnd], '2027-01-04T05:59:59.999Z')?.name).toBe('year-end');
    expect(freezeAt([yearEnd], '2027-01-04T06:00:00Z')).toBeUndefined();
  });

  test('may be written with an offset, or in the time of a zone', () => {
    const expected = { startedAt: '2026-12-20T17:00:00.000Z', endsAt: '2026-12-21T17:30:00.000Z' };
    expect(freezeAt([{ name: 'a', startsAt: '2026-12-20T18:00+01:00', endsAt: '2026-12-21T18:30:00.000+01:00' }], '2026-12-21T00:00:00Z')).toMatchObject(expected);
    expect(freezeAt([{ name: 'a', startsAt: '2026-12-20T18:00', endsAt: '2026-12-21T18:30:00', timeZone: 'Europe/Berlin' }], '2026-12-21T00:00:00Z')).toMatchObject(expected);
  });

  test('is followed through others for a bounded number of links, so that no list of freezes keeps a process busy', () => {
    const minutes = Array.from({ length: 50 }, (_, minute): Freeze => ({ name: `minute-${minute}`, schedule: `${minute} * * * *`, durationMinutes: 2 }));
    expect(freezeAt(minutes, '2026-11-21T13:00:00Z')?.endsAt).toBe('2026-11-21T13:42:00.000Z');
    expect(freezeAt(minutes, '2026-11-21T13:42:00Z')?.endsAt).toBe('2026-11-21T13:51:00.000Z');
  });

  test('has no reason where none was given', () => {
    expect(freezeAt([weekends], '2026-11-21T00:00:00Z')?.reason).toBeNull();
  });

  test.each([
    ['a time the clocks skip is moved on', '2026-03-29T02:30', '2026-03-29T12:00', '2026-03-29T01:30:00.000Z', '2026-03-29T10:00:00.000Z'],
    ['a time that comes twice begins at the first', '2026-10-25T02:30', '2026-10-25T12:00', '2026-10-25T00:30:00.000Z', '2026-10-25T11:00:00.000Z'],
    ['a time that comes twice ends at the second', '2026-10-24T12:00', '2026-10-25T02:30', '2026-10-24T10:00:00.000Z', '2026-10-25T01:30:00.000Z'],
  ])('when clocks change: %s', (_, startsAt, endsAt, start, end) => {
    expect(nextFreeze([{ name: 'a', startsAt, endsAt, timeZone: 'Europe/Berlin' }], '2026-01-01T00:00:00Z')).toMatchObject({ startsAt: start, endsAt: end });
  });
});

describe('a freeze that comes again and again', () => {
  test('holds for its duration from each time its schedule says, in its zone', () => {
    expect(freezeAt([weekends], '2026-11-20T16:59:59Z')).toBeUndefined();
    expect(freezeAt([weekends], '2026-11-20T17:00:00.500Z')).toMatchObject({ startedAt: '2026-11-20T17:00:00.000Z', endsAt: '2026-11-23T05:00:00.000Z' });
    expect(freezeAt([weekends], '2026-11-23T04:59:59.999Z')?.name).toBe('weekends');
    expect(freezeAt([weekends], '2026-11-23T05:00:00Z')).toBeUndefined();
  });

  test('follows the clocks of its zone through the year, and lasts real time', () => {
    expect(freezeAt([weekends], '2026-07-04T00:00:00Z')).toMatchObject({ startedAt: '2026-07-03T16:00:00.000Z', endsAt: '2026-07-06T04:00:00.000Z' });
    expect(freezeAt([weekends], '2026-03-28T00:00:00Z')).toMatchObject({ startedAt: '2026-03-27T17:00:00.000Z', endsAt: '2026-03-30T05:00:00.000Z' });
  });

  test('begins after the gap where the clocks skip its time, and once where they show it twice', () => {
    const nightly: Freeze = { name: 'nightly', schedule: '30 2 * * *', durationMinutes: 10, timeZone: 'Europe/Berlin' };
    expect(nextFreeze([nightly], '2026-03-29T00:00:00Z')?.startsAt).toBe('2026-03-29T01:00:00.000Z');
    expect(nextFreeze([nightly], '2026-10-25T00:00:00Z')?.startsAt).toBe('2026-10-25T00:30:00.000Z');
    expect(nextFreeze([nightly], '2026-10-25T00:30:00Z')?.startsAt).toBe('2026-10-26T01:30:00.000Z');
  });

  test('is in UTC where no zone is given', () => {
    expect(nextFreeze([{ name: 'a', schedule: '0 12 1 * *', durationMinutes: 60 }], '2026-11-21T00:00:00Z')).toMatchObject({ startsAt: '2026-12-01T12:00:00.000Z', endsAt: '2026-12-01T13:00:00.000Z' });
  });
});

describe('several freezes', () => {
  const at = (name: string, startsAt: string, endsAt: string): Freeze => ({ name, startsAt: `2026-05-${startsAt}:00Z`, endsAt: `2026-05-${endsAt}:00Z` });

  test('that overlap are told by the one that ends last', () => {
    const freezes = [at('short', '01T00:00', '01T12:00'), at('long', '01T06:00', '02T00:00'), at('over', '01T01:00', '01T02:00')];
    expect(freezeAt(freezes, '2026-05-01T08:00:00Z')).toMatchObject({ name: 'long', startedAt: '2026-05-01T06:00:00.000Z', endsAt: '2026-05-02T00:00:00.000Z' });
  });

  test('that follow one another end together, also where one begins as the other ends', () => {
    const freezes = [at('first', '01T00:00', '01T12:00'), at('second', '01T11:00', '02T00:00'), at('third', '02T00:00', '02T06:00'), at('later', '02T06:01', '03T00:00')];
    expect(freezeAt(freezes, '2026-05-01T08:00:00Z')).toMatchObject({ name: 'first', endsAt: '2026-05-02T06:00:00.000Z' });
    expect(nextFreeze(freezes, '2026-04-01T00:00:00Z')).toMatchObject({ name: 'first', endsAt: '2026-05-02T06:00:00.000Z' });
  });

  test('of both kinds are chained alike', () => {
    const monday: Freeze = { name: 'monday', startsAt: '2026-11-23T05:00:00Z', endsAt: '2026-11-23T12:00:00Z' };
    expect(freezeAt([monday, weekends], '2026-11-22T00:00:00Z')).toMatchObject({ name: 'weekends', endsAt: '2026-11-23T12:00:00.000Z' });
  });

  test('that never end are told an end in finite time', () => {
    const always: Freeze = { name: 'always', schedule: '* * * * *', durationMinutes: 60 };
    const held = freezeAt([always], '2026-11-21T00:00:30Z');
    expect(Date.parse(held?.endsAt ?? '')).toBeGreaterThan(Date.parse('2026-11-30T00:00:00Z'));
  });
});

describe('the next freeze', () => {
  test('is the first to begin after the instant, not one that holds already', () => {
    expect(nextFreeze([yearEnd, weekends], '2026-11-21T00:00:00Z')).toMatchObject({ name: 'weekends', startsAt: '2026-11-27T17:00:00.000Z' });
    expect(nextFreeze([yearEnd], '2026-12-20T18:00:00Z')).toBeUndefined();
    expect(nextFreeze([], '2026-12-20T18:00:00Z')).toBeUndefined();
  });

  test('of several that begin at once is the one that ends last', () => {
    const shorter: Freeze = { name: 'shorter', startsAt: '2026-12-20T18:00:00Z', endsAt: '2026-12-20T19:00:00Z' };
    expect(nextFreeze([shorter, yearEnd], '2026-12-01T00:00:00Z')?.name).toBe('year-end');
  });
});

describe('an instant or a freeze that nothing let through', () => {
  test('is a bug, and says so', () => {
    expect(() => freezeAt([yearEnd], 'soon')).toThrow('"soon" is no instant');
    expect(() => freezeAt([{ ...yearEnd, endsAt: 'never' }], '2026-12-20T18:00:00Z')).toThrow('freeze year-end: endsAt must be a date-time');
  });
});

describe('for any freezes and any instant', () => {
  const base = Date.UTC(2026, 0, 1);
  const hours = (count: number) => new Date(base + count * 3_600_000).toISOString();
  const oneTime = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 40 })).map(([start, length]): Freeze => ({ name: `f${start}-${length}`, startsAt: hours(start), endsAt: hours(start + length) }));
  const daily = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 1200 })).map(([hour, durationMinutes]): Freeze => ({ name: `daily-${hour}-${durationMinutes}`, schedule: `0 ${hour} * * *`, durationMinutes }));
  const freezes = fc.array(fc.oneof(oneTime, daily), { maxLength: 5 });
  const instants = fc.integer({ min: 0, max: 240 * 60 }).map((minutes) => new Date(base + minutes * 60_000).toISOString());

  test('one that holds has begun, is not over, and changes are possible at its end', () => {
    fc.assert(
      fc.property(freezes, instants, (some, instant) => {
        const held = freezeAt(some, instant);
        // Five freezes that begin once a day are followed for 200 links, which is 40 days.
        fc.pre(held !== undefined && Date.parse(held.endsAt) - base < 30 * 86_400_000);
        expect(Date.parse(held?.startedAt ?? '')).toBeLessThanOrEqual(Date.parse(instant));
        expect(Date.parse(held?.endsAt ?? '')).toBeGreaterThan(Date.parse(instant));
        expect(freezeAt(some, held?.endsAt ?? instant)).toBeUndefined();
      }),
    );
  });

  test('none holds from now until the next begins, if none holds now', () => {
    fc.assert(
      fc.property(freezes, instants, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (some, instant, part) => {
        fc.pre(freezeAt(some, instant) === undefined);
        const next = nextFreeze(some, instant);
        const until = next === undefined ? Date.parse(instant) + 86_400_000 : Date.parse(next.startsAt);
        const between = new Date(Date.parse(instant) + Math.floor(part * (until - Date.parse(instant)))).toISOString();
        expect(freezeAt(some, between)).toBeUndefined();
        expect(next === undefined || freezeAt(some, next.startsAt) !== undefined).toBe(true);
      }),
    );
  });
});
