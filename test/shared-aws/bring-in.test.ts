import { describe, expect, it } from 'vitest';

import { bringIn } from '#aws/bring-in';
import { Failure } from '#contracts/errors';
import type { EventEnvelope } from '#contracts/events';

const event = (tenant: string, stream: string, version: number): EventEnvelope => ({
  tenant, stream, version, type: 'SweepFound', schemaVersion: 1, at: '2026-11-21T12:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c', hash: 'ab'.repeat(32), payload: {},
});
const nameOf = ({ tenant, stream, version }: EventEnvelope) => `${tenant} ${stream} ${version}`;

/** Brings events in where projecting some throws, and notes what came of it. */
async function broughtIn(events: readonly EventEnvelope[], throws: { readonly [name: string]: Error } = {}, feedsOut: readonly string[] = []) {
  const [projected, fed, told, delayed]: [string[], string[], string[], string[]] = [[], [], [], []];
  const later = await bringIn({
    feed: {
      record: async (tenant, given) => {
        if (feedsOut.includes(tenant)) throw new Failure('unavailable', 'the table does not answer');
        fed.push(`${tenant}: ${given.map(({ stream, version }) => `${stream} ${version}`).join(', ')}`);
      },
    },
    project: async (one) => {
      const error = throws[nameOf(one)];
      if (error !== undefined) throw error;
      projected.push(nameOf(one));
    },
    tell: (one, error) => told.push(`${nameOf(one)}: ${String(error)}`),
    delay: (tenant, error) => delayed.push(`${tenant}: ${String(error)}`),
  }, events);
  return { projected, fed, told, delayed, later: later.map(nameOf) };
}

const batch = [event('acme', 'deployment/a', 1), event('acme', 'deployment/b', 1), event('acme', 'deployment/a', 2), event('globex', 'deployment/a', 1)];

describe('a batch of events', () => {
  it('is projected, each stream in its order, and then recorded tenant by tenant', async () => {
    const { projected, fed, later } = await broughtIn(batch);
    expect(projected.filter((name) => name.startsWith('acme deployment/a'))).toEqual(['acme deployment/a 1', 'acme deployment/a 2']);
    expect(projected).toHaveLength(4);
    expect(fed.toSorted()).toEqual(['acme: deployment/a 1, deployment/b 1, deployment/a 2', 'globex: deployment/a 1']);
    expect(later).toEqual([]);
  });

  it('goes on past an event that can never be projected, which is told and is in the feed', async () => {
    const { projected, fed, told, later } = await broughtIn(batch, { 'acme deployment/a 1': new TypeError('a bug') });
    expect(projected).toContain('acme deployment/a 2');
    expect(fed.toSorted()[0]).toBe('acme: deployment/a 1, deployment/b 1, deployment/a 2');
    expect(told).toEqual(['acme deployment/a 1: TypeError: a bug']);
    expect(later).toEqual([]);
  });

  it('answers what an outage kept from being projected, and records all the same', async () => {
    const { fed, told, later } = await broughtIn(batch, { 'acme deployment/b 1': new Failure('unavailable', 'the table does not answer'), 'globex deployment/a 1': new Failure('internal-error', 'damaged') });
    expect(later).toEqual(['acme deployment/b 1']);
    expect(told).toHaveLength(1);
    expect(fed).toHaveLength(2);
  });

  it('of a tenant whose feed does not take them is answered for that tenant alone, and the others have theirs', async () => {
    const { fed, told, delayed, later } = await broughtIn([...batch, { ...event('acme', 'look/a', 1), type: 'LookTaken' }], {}, ['acme']);
    expect(later).toEqual(['acme deployment/a 1', 'acme deployment/b 1', 'acme deployment/a 2']);
    expect(fed).toEqual(['globex: deployment/a 1']);
    expect(delayed).toEqual([expect.stringMatching(/^acme: .*the table does not answer/)]);
    expect(told).toEqual([]);
  });

  it('answers an event once that neither the read models nor the feed took', async () => {
    const { later } = await broughtIn(batch, { 'acme deployment/b 1': new Failure('unavailable', 'the table does not answer') }, ['acme']);
    expect(later).toEqual(['acme deployment/a 1', 'acme deployment/b 1', 'acme deployment/a 2']);
  });
});
