import { describe, expect, it } from 'vitest';

import { putEvents } from '#aws/put-events';
import type { EventBus } from '#aws/put-events';
import type { EventEnvelope } from '#contracts/events';
import { MAXIMUM_EVENT_BYTES } from '#contracts/events';

/** The most that a request may have. Source: EventBridge's quotas. */
const LARGEST_REQUEST_BYTES = 256 * 1024;

const event = (stream: string, version = 1, filler = ''): EventEnvelope => ({
  tenant: 'acme', stream, version, type: 'SweepFound', schemaVersion: 1, at: '2026-11-21T12:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c', hash: 'ab'.repeat(32),
  payload: { kind: 'lease', subject: filler, repaired: true, reason: '' },
});

/** A bus that takes everything, but what `refuses` says. */
function playedBus(refuses: (event: EventEnvelope, request: number) => boolean = () => false) {
  const requests: (readonly EventEnvelope[])[] = [];
  const bus: EventBus = {
    async put(events) {
      requests.push(events);
      return await Promise.resolve(events.map((one) => (refuses(one, requests.length) ? 'InternalFailure' : undefined)));
    },
  };
  return { bus, requests };
}

describe('events for the bus', () => {
  it('go ten at a time', async () => {
    const { bus, requests } = playedBus();
    expect(await putEvents(bus, Array.from({ length: 25 }, (_, index) => event(`sweep/${index}`)))).toEqual({ events: [], cause: undefined });
    expect(requests.map((request) => request.length)).toEqual([10, 10, 5]);
  });

  it('of the largest size go as many at a time as one request may have bytes', async () => {
    const { bus, requests } = playedBus();
    const largest = Array.from({ length: 12 }, (_, index) => {
      const size = Buffer.byteLength(JSON.stringify(event(`sweep/${index}`)));
      return event(`sweep/${index}`, 1, 'ü'.repeat((MAXIMUM_EVENT_BYTES - size) / 2));
    });
    await putEvents(bus, largest);
    expect(requests.flat()).toHaveLength(12);
    for (const request of requests) expect(request.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)) + one.type.length + 100, 0)).toBeLessThan(LARGEST_REQUEST_BYTES);
    expect(requests.length).toBeLessThan(4);
  });

  it('of one stream go one after the other, beside those of others', async () => {
    const { bus, requests } = playedBus();
    await putEvents(bus, [event('sweep/a', 1), event('sweep/a', 2), event('sweep/b', 7), event('sweep/b', 8), event('sweep/b', 9)]);
    expect(requests.map((request) => request.map(({ stream, version }) => `${stream} ${version}`))).toEqual([['sweep/a 1', 'sweep/b 7'], ['sweep/a 2', 'sweep/b 8'], ['sweep/b 9']]);
  });

  it('that were refused are tried five times in all, and then told with the reason', async () => {
    const { bus, requests } = playedBus(({ stream }) => stream === 'sweep/bad');
    const refusal = await putEvents(bus, [event('sweep/bad'), event('sweep/good')]);
    expect(refusal.events.map(({ stream }) => stream)).toEqual(['sweep/bad']);
    expect(String(refusal.cause)).toContain('InternalFailure');
    expect(requests.flat().filter(({ stream }) => stream === 'sweep/bad')).toHaveLength(5);
    expect(requests.flat().filter(({ stream }) => stream === 'sweep/good')).toHaveLength(1);
  });

  it('of tenants with a stream of the same name are apart', async () => {
    const { bus } = playedBus(({ tenant }) => tenant === 'acme');
    const refusal = await putEvents(bus, [event('sweep/a', 1), { ...event('sweep/a', 2), tenant: 'globex' }]);
    expect(refusal.events.map(({ tenant }) => tenant)).toEqual(['acme']);
  });

  it('are none, and nothing is asked', async () => {
    const { bus, requests } = playedBus();
    expect((await putEvents(bus, [])).events).toEqual([]);
    expect(requests).toEqual([]);
  });
});
