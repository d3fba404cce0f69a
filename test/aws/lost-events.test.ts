import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { bringIn } from '#aws/bring-in';
import { bringInLost } from '#aws/lost-events';
import type { EventEnvelope } from '#contracts/events';
import { VirtualTime } from '#test/standalone/virtual-time';

import { freshTenant } from '../contracts/subject.ts';
import { appended, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

let opened: Installation;
let time: VirtualTime;
let projected: EventEnvelope[];
let unprojectable: (event: EventEnvelope) => boolean;
beforeEach(async () => {
  opened = await openInstallation();
  onTestFinished(() => opened.close());
  time = new VirtualTime();
  projected = [];
  unprojectable = () => false;
});

/** One look of the sweep at what was lost. */
async function look() {
  const { client, eventsName, feed, relay, store, readModels } = opened;
  return await bringInLost({
    client, eventsTable: eventsName, ports: { clock: time, events: store, readModels }, feed, relay,
    bringIn: async (events) => await bringIn({
      feed, tell: () => {}, delay: () => {},
      project: async (event) => {
        if (unprojectable(event)) throw new Error('a bug');
        projected.push(event);
      },
    }, events),
  });
}

const append = async (tenant: string, stream: string, count: number) => await appended(opened, { tenant, stream }, count, new Date(time.now()).toISOString());
const fedOf = async (tenant: string) => (await opened.store.readFeed(tenant, undefined, 100)).map(({ stream, version }) => `${stream} ${version}`);

describe('lost events', () => {
  it('are brought to the bus, into the feed and the read models, each stream in its order, and only once', async () => {
    const tenant = freshTenant();
    await append(tenant, 'sweep/a', 3);
    await append(tenant, 'sweep/b', 1);
    time.advance(120);
    expect(await look()).toEqual({ relayed: 2, fed: 2, errors: [] });
    expect(opened.bus.versionsOf(tenant, 'sweep/a')).toEqual([1, 2, 3]);
    expect((await fedOf(tenant)).toSorted()).toEqual(['sweep/a 1', 'sweep/a 2', 'sweep/a 3', 'sweep/b 1']);
    time.advance(60);
    expect(await look()).toEqual({ relayed: 0, fed: 0, errors: [] });
    expect(opened.bus.taken).toHaveLength(4);
  });

  it('are none while the consumers still have their time', async () => {
    await append(freshTenant(), 'sweep/a', 1);
    time.advance(30);
    expect(await look()).toEqual({ relayed: 0, fed: 0, errors: [] });
  });

  it('are told by each consumer\'s own mark', async () => {
    const tenant = freshTenant();
    const events = await append(tenant, 'sweep/a', 2);
    await opened.relay.relay(events);
    time.advance(120);
    expect(await look()).toEqual({ relayed: 0, fed: 1, errors: [] });
    expect(opened.bus.taken).toHaveLength(2);
  });

  it('of one stream that the bus refuses keep back no other, and are brought however long it takes', async () => {
    const tenant = freshTenant();
    await append(tenant, 'sweep/bad', 1);
    await append(tenant, 'sweep/good', 1);
    opened.bus.refuses = ({ stream }) => stream === 'sweep/bad';
    for (let minutes = 0; minutes < 3; minutes += 1) {
      time.advance(600);
      expect((await look()).errors).toHaveLength(1);
    }
    expect(opened.bus.versionsOf(tenant, 'sweep/good')).toEqual([1]);
    opened.bus.refuses = () => false;
    time.advance(86_400);
    expect(await look()).toMatchObject({ relayed: 1, errors: [] });
    expect(opened.bus.versionsOf(tenant, 'sweep/bad')).toEqual([1]);
  });

  it('that can never be projected are in the feed all the same, and are not looked at for ever', async () => {
    const tenant = freshTenant();
    await append(tenant, 'sweep/a', 1);
    unprojectable = () => true;
    time.advance(120);
    expect(await look()).toEqual({ relayed: 1, fed: 1, errors: [] });
    expect(await fedOf(tenant)).toEqual(['sweep/a 1']);
    expect(projected).toEqual([]);
    time.advance(60);
    expect(await look()).toEqual({ relayed: 0, fed: 0, errors: [] });
  });

  it('are found day by day after the sweep was away for long', async () => {
    const tenant = freshTenant();
    time.advance(120);
    await look();
    await append(tenant, 'sweep/first-day', 1);
    time.advance(3 * 86_400);
    await append(tenant, 'sweep/last-day', 1);
    time.advance(120);
    for (let looks = 0; looks < 5; looks += 1) {
      await look();
      time.advance(1);
    }
    expect((await fedOf(tenant)).toSorted()).toEqual(['sweep/first-day 1', 'sweep/last-day 1']);
  });
});
