import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { putInInbox } from '#application/agents/inbox';
import type { Command } from '#contracts/adapter';

import { QuietSystem } from '../quiet-system.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
  await system.call('putTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
});

afterEach(async () => {
  await system.close();
});

const expire = async () => {
  await system.engine.handlers.schedules.expire(system.context('operator'));
};

describe('what has expired', () => {
  it('is removed of samples after a day', async () => {
    const { samples, clock } = system.engine.ports;
    const second = Math.floor(clock.now() / 1000);
    const sample = { application: 'shop', component: 'web', release: '1.4.2', requests: 1, errors: 0, latency: { zeros: 1, buckets: [] } };
    await samples.write('default', 'edge-1', [{ ...sample, second }, { ...sample, second: second + 1 }]);
    const seconds = async () => (await samples.read('default', { target: 'edge-1', application: 'shop', fromSecond: second - 10, toSecond: second + 10 })).map((one) => one.second);
    system.time.advance(86_400);
    await expire();
    expect(await seconds()).toEqual([second, second + 1]);
    system.time.advance(1);
    await expire();
    expect(await seconds()).toEqual([second + 1]);
  });

  it('is removed of answers to idempotent requests after a day', async () => {
    const { idempotency } = system.engine.ports;
    const request = { tenant: 'default', key: 'key-1', fingerprint: 'one' };
    await idempotency.begin({ ...request, at: system.time.in(0) });
    await idempotency.finish('default', 'key-1', { status: 202, headers: {}, body: '{}' });
    await expire();
    expect(await idempotency.begin({ ...request, at: system.time.in(0) })).toMatchObject({ state: 'done' });
    system.time.advance(86_400 + 1);
    await expire();
    expect(await idempotency.expire(system.time.in(0))).toBe(0);
    expect(await idempotency.begin({ ...request, fingerprint: 'two', at: system.time.in(0) })).toMatchObject({ state: 'new' });
  });

  it('is removed of commands that no agent read, ten minutes after their deadline', async () => {
    const command = (id: string, deadlineSeconds: number): Command => ({ id, deployment: null, application: 'shop', target: 'edge-1', component: 'web', verb: 'check', generation: 0, desired: { new: null, stable: null, weightPercent: 0 }, deadline: system.time.in(deadlineSeconds) });
    await putInInbox(system.context(), [command('late', 15), command('later', 3600)], system.time.in(0));
    const keys = async () => (await system.engine.ports.readModels.list('default', 'commands', { limit: 10 })).map((one) => one.key);
    system.time.advance(600);
    await expire();
    expect(await keys()).toEqual(['late', 'later']);
    system.time.advance(15);
    await expire();
    expect(await keys()).toEqual(['later']);
  });
});
