import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ServerMessage } from '#contracts/stream';

import { RawStream } from './raw-stream.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
beforeAll(async () => { tenant = await Tenant.open('stream'); });
afterAll(async () => await tenant.close());

const placeOf = (message: ServerMessage) => (message.type === 'event' ? `${message.event.stream}@${message.event.version}` : message.type);

/** Those of the places that are new since then. */
async function listedSince(of: Tenant, before: readonly string[]): Promise<readonly string[]> {
  await of.settled();
  const known = new Set(before);
  return (await of.listed()).filter((place) => !known.has(place) && !place.startsWith('target/mark-'));
}

/** The versions of each stream in the order that they came in: order is promised within a stream only. */
function byStream(places: readonly string[]): { readonly [stream: string]: readonly string[] } {
  const streams = Map.groupBy(places, (place) => place.slice(0, place.indexOf('@')));
  return Object.fromEntries(streams);
}

/** Reads the places of new events until there are so many; what comes again is passed over, for raw connections may be told twice. */
async function readPlaces(stream: RawStream, seen: string[], count: number): Promise<string | undefined> {
  let cursor: string | undefined;
  while (seen.length < count) {
    const message = await stream.nextOf('event');
    cursor = message.cursor;
    const place = placeOf(message);
    if (!seen.includes(place) && !place.startsWith('target/mark-')) seen.push(place);
  }
  return cursor;
}

const putTarget = async (of: Tenant, name: string) => {
  await of.client.putTarget({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
};

describe.concurrent('a subscription', () => {
  it('to a deployment has all of its events from then on, and of no other', async () => {
    // The engine may learn late of what was there before: so it may begin earlier, and tell twice, but it leaves nothing out.
    const [shop, other] = await Promise.all([Shop.open(tenant, { environment: { approvals: { required: 1 } } }), Shop.open(tenant)]);
    const deployment = await shop.deploy('1.0.0');
    await deployment.running('approve');
    const { version } = await deployment.view();
    const stream = await RawStream.open(tenant);
    await stream.subscribe('one', { kind: 'deployment', deployment: deployment.id });
    await (await other.deploy('1.0.0')).ended();
    await tenant.client.approveDeployment({ ...deployment.params });
    const ended = await deployment.endsAs('Succeeded');
    const versions: number[] = [];
    while (versions.at(-1) !== ended.version) {
      const { event } = await stream.nextOf('event');
      expect(event.stream).toBe(`deployment/${deployment.id}`);
      if (!versions.includes(event.version)) versions.push(event.version);
    }
    const [first = 0] = versions;
    expect(first).toBeLessThanOrEqual(version + 1);
    expect(versions).toEqual(Array.from({ length: ended.version - first + 1 }, (_, index) => first + index));
  });

  it('to an environment has those of its deployments, to the tenant everything', async () => {
    const alone = await Tenant.open('stream');
    try {
      const [shop, other] = await Promise.all([Shop.open(alone), Shop.open(alone)]);
      await alone.settled();
      const before = await alone.listed();
      const [ofEnvironment, ofTenant] = await Promise.all([RawStream.open(alone), RawStream.open(alone)]);
      await ofEnvironment.subscribe('stage', { kind: 'environment', environment: shop.environment });
      await ofTenant.subscribe('all', { kind: 'tenant' });
      await (await other.deploy('1.0.0')).ended();
      const mine = await shop.deploy('1.0.0');
      const { version } = await mine.ended();
      const places: string[] = [];
      await readPlaces(ofEnvironment, places, version);
      expect(places).toEqual(Array.from({ length: version }, (_, index) => `deployment/${mine.id}@${index + 1}`));
      const everything = await listedSince(alone, before);
      const seen: string[] = [];
      await readPlaces(ofTenant, seen, everything.length);
      expect(byStream(seen)).toEqual(byStream(everything));
    } finally {
      await alone.close();
    }
  });

  it('to a target\'s work tells its agent, and nobody else', async () => {
    const [shop, other] = await Promise.all([Shop.open(tenant), Shop.open(tenant)]);
    const agent = await RawStream.open(tenant, await tenant.keyOf('agent', { target: shop.agent.target }));
    expect(await agent.subscribe('other', { kind: 'work', target: other.agent.target })).toBe('not-found');
    expect(await agent.subscribe('all', { kind: 'tenant' })).toBe('forbidden');
    await agent.subscribe('mine', { kind: 'work', target: shop.agent.target });
    await (await other.deploy('1.0.0')).ended();
    await (await shop.deploy('1.0.0')).ended();
    expect(await agent.nextOf('work')).toEqual({ type: 'work', id: 'mine', target: shop.agent.target });
    const admin = await RawStream.open(tenant);
    expect(await admin.subscribe('work', { kind: 'work', target: shop.agent.target })).toBe('forbidden');
  });

  it('that is taken up again from its cursor has lost nothing', async () => {
    const alone = await Tenant.open('stream');
    try {
      await alone.settled();
      const before = await alone.listed();
      const first = await RawStream.open(alone);
      let cursor = await first.subscribe('all', { kind: 'tenant' });
      const writing = (async () => {
        for (let index = 0; index < 60; index += 1) await putTarget(alone, `target-${index}`);
      })();
      const seen: string[] = [];
      // The reader is cut off after each few events, and comes back while others go on.
      for (let stream = first; seen.length < 60; stream = await RawStream.open(alone)) {
        if (stream !== first) await stream.subscribe('again', { kind: 'tenant' }, cursor);
        cursor = await readPlaces(stream, seen, Math.min(seen.length + 7, 60)) ?? cursor;
        stream.cut();
      }
      await writing;
      expect(byStream(seen)).toEqual(byStream(await listedSince(alone, before)));
    } finally {
      await alone.close();
    }
  });

  it('by the client library goes on by itself, and its cursor is good for another process', async () => {
    const alone = await Tenant.open('stream');
    try {
      await alone.settled();
      const before = await alone.listed();
      const seen: string[] = [];
      let cursor: string | undefined;
      for (const round of [0, 1, 2]) {
        const subscription = alone.clientOf(alone.adminKey).subscribe({ kind: 'tenant' }, cursor === undefined ? {} : { cursor });
        await subscription.ready;
        for (let index = 0; index < 5; index += 1) await putTarget(alone, `target-${round}-${index}`);
        for await (const event of subscription) {
          seen.push(`${event.stream}@${event.version}`);
          cursor = subscription.cursor;
          if (seen.length === (round + 1) * 5 - (round === 2 ? 0 : 2)) break;
        }
      }
      expect(byStream(seen)).toEqual(byStream(await listedSince(alone, before)));
    } finally {
      await alone.close();
    }
  });

  it('to what is foreign is refused as one to what is unknown; a foreign cursor opens nothing', async () => {
    const theirs = await Tenant.open('stream');
    try {
      const shop = await Shop.open(theirs);
      const deployment = await shop.deploy('1.0.0');
      await deployment.ended();
      const stream = await RawStream.open(tenant);
      const unknown = `dep-${'9'.repeat(26)}`;
      for (const topic of [{ kind: 'deployment', deployment: deployment.id }, { kind: 'deployment', deployment: unknown }, { kind: 'environment', environment: shop.environment }, { kind: 'environment', environment: 'unknown' }]) {
        expect(await stream.subscribe('x', topic)).toBe('not-found');
      }
      const cursor = await (await RawStream.open(theirs)).subscribe('all', { kind: 'tenant' });
      expect(await stream.subscribe('x', { kind: 'tenant' }, cursor)).toBe('malformed-request');
      expect(await stream.subscribe('x', { kind: 'tenant' }, 'made-up')).toBe('malformed-request');
      expect(await stream.subscribe('x', { kind: 'weather' })).toBe('malformed-request');
    } finally {
      await theirs.close();
    }
  });
});

describe.concurrent('a ticket', () => {
  it('opens one connection, with what its key may see', async () => {
    const { client } = await tenant.keyOf('viewer');
    const { ticket, expiresAt } = await client.createStreamTicket();
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(30_000 + 5000);
    const stream = await RawStream.open(tenant, { ticket });
    expect(await stream.subscribe('all', { kind: 'tenant' })).toMatch(/\./);
    expect(await RawStream.refusal(tenant, { ticket })).toBe(401);
    expect(await RawStream.refusal(tenant, { ticket: 'slt_nobody-was-given-this' })).toBe(401);
  });

  it('of a key that was revoked meanwhile opens nothing', async () => {
    const { id, client } = await tenant.keyOf('viewer');
    const { ticket } = await client.createStreamTicket();
    await tenant.client.revokeKey({ params: { id } });
    expect(await RawStream.refusal(tenant, { ticket })).toBe(401);
  });
});

describe.concurrent('a connection', () => {
  it('answers pings, ends a subscription when asked to, and says what it did not understand', async () => {
    const stream = await RawStream.open(tenant);
    stream.send({ type: 'ping' });
    expect(await stream.next()).toEqual({ type: 'pong' });
    await stream.subscribe('all', { kind: 'tenant' });
    stream.send({ type: 'unsubscribe', id: 'all' });
    stream.send({ type: 'unsubscribe', id: 'all' });
    expect(await stream.nextOf('error')).toMatchObject({ id: 'all', code: 'not-found' });
    stream.send('no JSON');
    expect(await stream.nextOf('error')).toMatchObject({ id: null, code: 'malformed-request' });
  });

  it('needs a key that is known and may look', async () => {
    expect(await RawStream.refusal(tenant, { key: 'slk_nobody-has-this-key' })).toBe(401);
  });
});
