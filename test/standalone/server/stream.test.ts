import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { NewEvent } from '#contracts/events';
import { resourceExamples } from '#contracts/http/resource-examples';
import { environmentResource } from '#domain/resources/resource';

import { makeKey, OTHER_TENANT, Served, TENANT } from './served.ts';
import { StreamClient } from './stream-client.ts';

const idOf = (digit: number) => `dep-${String(digit).repeat(26)}`;

/** The first event of a deployment to an environment. */
function requested(id: string, environment: string): NewEvent {
  return { type: 'DeploymentRequested', payload: { deployment: id, application: 'shop', release: '1.4.2', environment, strategy: null, priority: 'normal', ifRunning: 'queue', requestedBy: { id: 'key-1', name: 'ci' }, retryOf: null, rollbackOf: null } };
}

const queued: NewEvent = { type: 'DeploymentQueued', payload: { behind: [], reason: 'behind another' } };
const environmentApplied = (name: string): NewEvent => ({ type: 'ResourceApplied', payload: { by: 'key-1', resource: environmentResource.parse({ ...resourceExamples.environment.body, metadata: { name } }) } });

describe('a subscription', () => {
  let served: Served;
  let client: StreamClient;
  beforeEach(async () => {
    served = await Served.open();
    client = await StreamClient.open(served, { key: served.keys.viewer });
  });
  afterEach(async () => await served.close());

  const request = async (digit: number, environment = 'production', tenant = TENANT) => await served.append(`deployment/${idOf(digit)}`, requested(idOf(digit), environment), tenant);
  const goOn = async (digit: number) => await served.append(`deployment/${idOf(digit)}`, queued);

  it('to the tenant begins with what happens next, and has everything of this tenant alone', async () => {
    await request(1);
    await client.subscribe('all', { kind: 'tenant' });
    await request(2, 'production', OTHER_TENANT);
    await goOn(1);
    await served.append('environment/production', environmentApplied('production'));
    expect(await client.events(2)).toEqual([`deployment/${idOf(1)}@2`, 'environment/production@1']);
  });

  it('shows an event with its cursor, without what is not the reader\'s', async () => {
    await client.subscribe('all', { kind: 'tenant' });
    await request(1);
    const message = await client.next();
    expect(message).toMatchObject({ type: 'event', id: 'all', event: { type: 'DeploymentRequested', version: 1, payload: { environment: 'production' } } });
    expect(JSON.stringify(message)).not.toContain('"hash"');
  });

  it('to a deployment has its events only', async () => {
    await request(1);
    await request(2);
    await client.subscribe('one', { kind: 'deployment', deployment: idOf(1) });
    await goOn(2);
    await goOn(1);
    expect(await client.events(1)).toEqual([`deployment/${idOf(1)}@2`]);
  });

  it('to an environment has the events of its deployments, also of those that come later', async () => {
    await served.append('environment/staging', environmentApplied('staging'));
    await request(1, 'staging');
    await request(2, 'production');
    await client.subscribe('stage', { kind: 'environment', environment: 'staging' });
    await goOn(2);
    await goOn(1);
    await request(3, 'staging');
    expect(await client.events(2)).toEqual([`deployment/${idOf(1)}@2`, `deployment/${idOf(3)}@1`]);
  });

  it('goes on from a cursor, without a gap and in order, into what happens now', async () => {
    const cursor = await client.subscribe('before', { kind: 'tenant' });
    await request(1);
    for (let index = 0; index < 250; index += 1) await goOn(1);
    await client.close();
    const later = await StreamClient.open(served, { key: served.keys.viewer });
    await later.subscribe('after', { kind: 'tenant' }, cursor);
    const live = goOn(1);
    expect(await later.events(252)).toEqual(Array.from({ length: 252 }, (_, index) => `deployment/${idOf(1)}@${index + 1}`));
    await live;
  });

  it('goes on from the cursor of any event', async () => {
    await client.subscribe('all', { kind: 'tenant' });
    await request(1);
    await goOn(1);
    const first = await client.next();
    const cursor = first.type === 'event' ? first.cursor : '';
    await client.next();
    expect(await client.subscribe('again', { kind: 'deployment', deployment: idOf(1) }, cursor)).not.toBe('malformed-request');
    expect(await client.events(1)).toEqual([`deployment/${idOf(1)}@2`]);
  });

  it('takes no cursor that was made up or is another tenant\'s', async () => {
    const foreign = await StreamClient.open(served, { key: await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'viewer' }) });
    const cursor = await foreign.subscribe('theirs', { kind: 'tenant' });
    expect(await client.subscribe('mine', { kind: 'tenant' }, cursor)).toBe('malformed-request');
    expect(await client.subscribe('mine', { kind: 'tenant' }, await served.ports.events.feedEnd(TENANT))).toBe('malformed-request');
  });

  it('to what is unknown or foreign is refused alike', async () => {
    await request(1, 'production', OTHER_TENANT);
    await served.append('environment/theirs', environmentApplied('theirs'), OTHER_TENANT);
    expect(await client.subscribe('a', { kind: 'deployment', deployment: idOf(1) })).toBe('not-found');
    expect(await client.subscribe('b', { kind: 'deployment', deployment: idOf(2) })).toBe('not-found');
    expect(await client.subscribe('c', { kind: 'environment', environment: 'theirs' })).toBe('not-found');
    expect(await client.subscribe('d', { kind: 'work', target: 'edge-1' })).toBe('forbidden');
  });

  it('ends when the reader says so; its name can be used again, but not twice at once', async () => {
    await client.subscribe('all', { kind: 'tenant' });
    expect(await client.subscribe('all', { kind: 'tenant' })).toBe('conflict');
    client.send({ type: 'unsubscribe', id: 'all' });
    client.send({ type: 'unsubscribe', id: 'all' });
    expect(await client.next()).toMatchObject({ type: 'error', id: 'all', code: 'not-found' });
    await request(1);
    await client.subscribe('all', { kind: 'tenant' });
    await goOn(1);
    expect(await client.events(1)).toEqual([`deployment/${idOf(1)}@2`]);
  });

  it('of an agent is told of its target\'s work, and of no other\'s', async () => {
    const agent = await StreamClient.open(served, { key: served.keys.agent });
    expect(await agent.subscribe('other', { kind: 'work', target: 'edge-2' })).toBe('not-found');
    expect(await agent.subscribe('all', { kind: 'tenant' })).toBe('forbidden');
    await agent.subscribe('work', { kind: 'work', target: 'edge-1' });
    await served.connections.announceWork(TENANT, 'edge-2');
    await served.connections.announceWork(OTHER_TENANT, 'edge-1');
    await served.connections.announceWork(TENANT, 'edge-1');
    expect(await agent.next()).toEqual({ type: 'work', id: 'work', target: 'edge-1' });
    expect(agent.received).toEqual([]);
  });

  it('is one of at most a hundred', async () => {
    for (let index = 0; index < 100; index += 1) client.send({ type: 'subscribe', id: `${index}`, topic: { kind: 'tenant' } });
    for (let index = 0; index < 100; index += 1) expect((await client.next()).type).toBe('subscribed');
    expect(await client.subscribe('one more', { kind: 'tenant' })).toBe('conflict');
  });
});
