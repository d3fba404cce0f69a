import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { REMOVED_KEPT_DAYS } from '#ports/read-model';
import type { StandalonePorts } from '#standalone/open-ports';

import { openFresh } from './opened.ts';
import { VirtualTime } from './virtual-time.ts';

const DAY_SECONDS = 86_400;

describe('what is old', () => {
  let time: VirtualTime;
  let opened: StandalonePorts;
  beforeEach(async () => {
    time = new VirtualTime();
    opened = await openFresh(time);
  });
  afterEach(() => opened.close());

  it('is removed and counted: answers of requests', async () => {
    const { idempotency } = opened.ports;
    for (const age of [2, 1, 0.5]) await idempotency.begin({ tenant: 'default', key: `k-${age}`, fingerprint: 'f', at: time.in(-age * DAY_SECONDS) });
    expect(await idempotency.expire(time.in(0))).toBe(2);
    expect(await idempotency.expire(time.in(0))).toBe(0);
  });

  it('is removed and counted: samples', async () => {
    const { samples } = opened.ports;
    const sample = (second: number) => ({ application: 'shop', component: 'web', release: '1.0.0', second, requests: 1, errors: 0, latency: { zeros: 1, buckets: [] } });
    await samples.write('default', 'edge', [sample(1), sample(2), sample(3)]);
    expect(await samples.expire(3)).toBe(2);
    expect(await samples.expire(3)).toBe(0);
    expect(await samples.read('default', { target: 'edge', application: 'shop', fromSecond: 0, toSecond: 10 })).toEqual([sample(3)]);
  });

  it('is forgotten with the next removal: marks of removed documents', async () => {
    const { readModels } = opened.ports;
    const write = async (key: string) => await readModels.put('default', 'targets', { key, version: 1, index: {}, document: 'late' });
    await readModels.remove('default', 'targets', 'edge', 1);
    time.advance(REMOVED_KEPT_DAYS * DAY_SECONDS);
    await readModels.remove('default', 'targets', 'rim', 1);
    expect(await write('edge')).toBe(false);
    time.advance(1);
    await readModels.remove('default', 'targets', 'core', 1);
    expect([await write('edge'), await write('rim')]).toEqual([true, false]);
  });
});
