import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EventEnvelope } from '#contracts/events';

import { freshTenant } from '../contracts/subject.ts';
import { PlayedBus, appended, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { DynamoRelay } from '#aws/relay';
import { Table } from '#aws/table';

let opened: Installation;
beforeAll(async () => { opened = await openInstallation(); });
afterAll(() => opened.close());

/** A relay of the same tables with a bus of its own. */
function freshRelay(): { readonly bus: PlayedBus; readonly relay: DynamoRelay } {
  const bus = new PlayedBus();
  return { bus, relay: new DynamoRelay({ events: opened.events, state: opened.state, bus }) };
}

const at = (tenant: string, stream: string) => ({ tenant, stream });
const placesOf = (events: readonly EventEnvelope[]) => events.map(({ stream, version }) => `${stream} ${version}`);

describe('the relay', () => {
  it('carries all events to the bus, each stream in its order, also when they are given in disorder', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = [...await appended(opened, at(tenant, 'sweep/a'), 4), ...await appended(opened, at(tenant, 'sweep/b'), 3)];
    expect((await relay.relay(given.toReversed())).events).toEqual([]);
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual([1, 2, 3, 4]);
    expect(bus.versionsOf(tenant, 'sweep/b')).toEqual([1, 2, 3]);
  });

  it('sends again what the bus refused for a while, and keeps the order of the stream', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = [...await appended(opened, at(tenant, 'sweep/a'), 3), ...await appended(opened, at(tenant, 'sweep/b'), 1)];
    let refusals = 3;
    bus.refuses = ({ stream, version }) => stream === 'sweep/a' && version === 2 && (refusals -= 1) >= 0;
    expect((await relay.relay(given)).events).toEqual([]);
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual([1, 2, 3]);
    expect(bus.taken).toHaveLength(4);
  });

  it('answers what the bus refuses for good with all that follows it in its stream, and carries the rest', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = [...await appended(opened, at(tenant, 'sweep/a'), 3), ...await appended(opened, at(tenant, 'sweep/b'), 2)];
    bus.refuses = ({ stream, version }) => stream === 'sweep/a' && version === 2;
    const refusal = await relay.relay(given);
    expect(placesOf(refusal.events)).toEqual(['sweep/a 2', 'sweep/a 3']);
    expect(String(refusal.cause)).toContain('ThrottlingException');
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual([1]);
    expect(bus.versionsOf(tenant, 'sweep/b')).toEqual([1, 2]);
    expect(Object.fromEntries(await relay.marks(tenant, ['sweep/a', 'sweep/b', 'sweep/none']))).toEqual({ 'sweep/a': 1, 'sweep/b': 2 });
  });

  it('brings what was refused before the next event of its stream', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    bus.refuses = () => true;
    await relay.relay(await appended(opened, at(tenant, 'sweep/a'), 2));
    bus.refuses = () => false;
    await relay.relay(await appended(opened, at(tenant, 'sweep/a'), 1));
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual([1, 2, 3]);
  });

  it('gives up at once when the bus does not answer, and says why; what was taken before is not sent again', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = await appended(opened, at(tenant, 'sweep/a'), 3);
    bus.refuses = ({ version }) => { bus.isOut = version === 1; return false; };
    const refusal = await relay.relay(given);
    expect(placesOf(refusal.events)).toEqual(['sweep/a 2', 'sweep/a 3']);
    expect(String(refusal.cause)).toContain('does not answer');
    expect(bus.requests).toHaveLength(2);
    bus.isOut = false;
    bus.refuses = () => false;
    await relay.relay(given);
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual([1, 2, 3]);
  });

  it('sends nothing that was relayed before, and its marks never go back', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = await appended(opened, at(tenant, 'sweep/a'), 3);
    await relay.relay(given);
    await relay.relay(given.slice(0, 2));
    await relay.relay(given);
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual([1, 2, 3]);
    expect((await relay.marks(tenant, ['sweep/a'])).get('sweep/a')).toBe(3);
  });

  it('loses nothing and keeps each first appearance in order when several relay the same streams at once', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = await appended(opened, at(tenant, 'sweep/a'), 20);
    await Promise.all([relay.relay(given.slice(0, 8)), relay.relay(given.slice(4, 16)), relay.relay(given)]);
    expect([...new Set(bus.versionsOf(tenant, 'sweep/a'))]).toEqual(given.map(({ version }) => version));
    expect((await relay.marks(tenant, ['sweep/a'])).get('sweep/a')).toBe(20);
  });

  it('keeps each first appearance in order when the events of a stream come in batches of their own, the newest first', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const given = await appended(opened, at(tenant, 'sweep/a'), 10);
    const [newest, ...others] = given.toReversed();
    await relay.relay(newest === undefined ? [] : [newest]);
    expect(bus.versionsOf(tenant, 'sweep/a')).toEqual(given.map(({ version }) => version));
    const refusals = await Promise.all(others.map(async (event) => await relay.relay([event])));
    expect(refusals.flatMap(({ events }) => events)).toEqual([]);
    expect(bus.versionsOf(tenant, 'sweep/a')).toHaveLength(10);
    const beside = await appended(opened, at(tenant, 'sweep/b'), 10);
    await Promise.all(beside.toReversed().map(async (event) => await relay.relay([event])));
    expect([...new Set(bus.versionsOf(tenant, 'sweep/b'))]).toEqual(beside.map(({ version }) => version));
    expect((await relay.marks(tenant, ['sweep/b'])).get('sweep/b')).toBe(10);
  });

  it('carries events of a type that it does not know, for a newer version wrote them, and none of those that stay in the table', async () => {
    const { bus, relay } = freshRelay();
    const tenant = freshTenant();
    const [event] = await appended(opened, at(tenant, 'sweep/a'), 1);
    if (event === undefined) throw new Error('nothing was appended');
    await relay.relay([{ ...event, stream: 'sweep/new', type: 'SomethingNewer' }, { ...event, stream: 'looks/a', type: 'LookTaken' }]);
    expect(bus.taken.map(({ type }) => type)).toEqual(['SomethingNewer']);
    expect((await relay.marks(tenant, ['looks/a'])).size).toBe(0);
  });

  it('answers what it cannot read or mark of one tenant, and carries the events of the others', async () => {
    const [unread, unmarked, well] = [freshTenant(), freshTenant(), freshTenant()];
    const client = new DynamoDBClient({});
    client.middlewareStack.add((next, { commandName }) => async (call) => {
      const asked = JSON.stringify(call.input);
      if (asked.includes(unread) || (commandName !== 'BatchGetItemCommand' && asked.includes(unmarked))) throw new Error('the partition does not answer');
      return await next(call);
    }, { step: 'initialize', name: 'fail' });
    const bus = new PlayedBus();
    const relay = new DynamoRelay({ events: opened.events, state: new Table(client, opened.stateName), bus });
    const given = [...await appended(opened, at(unread, 'sweep/a'), 2), ...await appended(opened, at(unmarked, 'sweep/a'), 1), ...await appended(opened, at(well, 'sweep/a'), 2)];
    const refusal = await relay.relay(given);
    expect(refusal.events.map(({ tenant, version }) => [tenant, version])).toEqual([[unread, 1], [unread, 2], [unmarked, 1]]);
    expect(String(refusal.cause)).toContain('does not answer');
    expect(bus.versionsOf(well, 'sweep/a')).toEqual([1, 2]);
    expect((await opened.relay.marks(well, ['sweep/a'])).get('sweep/a')).toBe(2);
    client.destroy();
  });
});
