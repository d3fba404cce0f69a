import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Append } from '#ports/event-store';
import type { StandalonePorts } from '#standalone/open-ports';
import { StreamCache } from '#standalone/stream-cache';

import { openFresh } from './opened.ts';

const event = { type: 'StepSucceeded', payload: { step: '1-shift', reason: 'all commands of the step have succeeded' } } as const;
const place = { tenant: 'acme', stream: 'deployment/one' };

describe('what is remembered of streams', () => {
  const stored = (version: number) => ({ ...place, ...event, version, schemaVersion: 1, at: '', traceId: '', hash: '' });

  it('is the least used forgotten first, when there is too much of it', () => {
    const cache = new StreamCache();
    const whole = { events: [stored(1)], characters: 1_000_000 };
    const streams = Array.from({ length: 33 }, (_, index) => ({ tenant: 'acme', stream: `deployment/${index}` }));
    const [first = place, second = place, ...others] = streams;
    for (const stream of streams.slice(0, 32)) cache.put(stream, whole);
    expect(cache.of(first)).toBe(whole);
    for (const stream of streams.slice(32)) cache.put(stream, whole);
    expect(cache.of(second)).toBeUndefined();
    expect([first, ...others].every((stream) => cache.of(stream) !== undefined)).toBe(true);
    cache.put(first, undefined);
    cache.put(second, whole);
    expect(others.every((stream) => cache.of(stream) !== undefined)).toBe(true);
  });

  it('is no stream that is very long or very large, and none of another tenant', () => {
    const cache = new StreamCache();
    cache.put(place, { events: Array.from({ length: 1001 }, (_, index) => stored(index + 1)), characters: 1 });
    expect(cache.of(place)).toBeUndefined();
    cache.put(place, { events: [stored(1)], characters: 33_000_000 });
    expect(cache.of(place)).toBeUndefined();
    cache.put(place, { events: [stored(1)], characters: 1 });
    expect(cache.of({ ...place, tenant: 'other' })).toBeUndefined();
  });
});

describe('a stream that was read or appended before', () => {
  let opened: StandalonePorts;
  beforeEach(async () => { opened = await openFresh(); });
  afterEach(async () => await opened.close());

  const appended = (expectedVersion: number): Append => ({ ...place, expectedVersion, events: [event], at: '2026-01-01T00:00:00.000Z', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
  const stored = async () => (await opened.database.run('readStream', { ...place, fromVersion: 1, limit: -1 })).map(({ position: _position, payload, ...envelope }) => ({ ...envelope, payload: JSON.parse(payload) }));

  it('is read as it is stored, hashes included', async () => {
    const { events } = opened.ports;
    for (const version of [0, 1, 2]) await events.append(appended(version));
    expect(await events.read(place)).toStrictEqual(await stored());
    expect(await events.read(place, { fromVersion: 2, limit: 1 })).toStrictEqual((await stored()).slice(1, 2));
    expect(await events.readLast(place)).toStrictEqual((await stored()).at(-1));
  });

  it('is read as it is stored after readers and writers that met', async () => {
    const { events } = opened.ports;
    for (let version = 0; version < 20; version += 1) {
      const [, won, lost] = await Promise.allSettled([events.read(place), events.append(appended(version)), events.append(appended(version)), events.read(place)]);
      expect([won.status, lost.status]).toEqual(['fulfilled', 'rejected']);
      expect(await events.read(place)).toStrictEqual(await stored());
    }
  });

  it('is read again after a write that failed', async () => {
    const { events } = opened.ports;
    await events.append(appended(0));
    await events.read(place);
    await expect(events.append(appended(7))).rejects.toMatchObject({ code: 'version-conflict' });
    expect(await events.read(place)).toStrictEqual(await stored());
  });
});
