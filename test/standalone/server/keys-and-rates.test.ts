import { afterEach, describe, expect, it } from 'vitest';

import { problem } from '#contracts/errors';
import { sampleRate } from '#contracts/rates';
import { MAXIMUM_SAMPLES } from '#contracts/samples';

import { makeKey, OTHER_TENANT, Served, TENANT } from './served.ts';

describe('a key', () => {
  let served: Served;
  afterEach(async () => await served.close());

  it('is needed, and an answer without one says how to give it', async () => {
    served = await Served.open();
    for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer not a key', `Bearer ${served.keys.admin}x`]) {
      const response = await served.request('GET', '/v1', authorization === undefined ? {} : { headers: { authorization } });
      expect([authorization, response.status]).toEqual([authorization, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="sluice"');
      expect(problem.parse(await response.json()).code).toBe('unauthenticated');
    }
  });

  it('that is revoked or has expired opens nothing', async () => {
    served = await Served.open();
    const expiring = await makeKey(served.ports, { tenant: TENANT, role: 'viewer', expiresAt: served.time.in(60) });
    const revoked = await makeKey(served.ports, { tenant: TENANT, role: 'viewer', id: 'key-revoked' });
    expect((await served.request('GET', '/v1', { key: expiring })).status).toBe(200);
    expect((await served.request('GET', '/v1', { key: revoked })).status).toBe(200);
    served.time.advance(60);
    await served.ports.keys.revoke(TENANT, 'key-revoked', served.time.in(0));
    expect((await served.request('GET', '/v1', { key: expiring })).status).toBe(401);
    expect((await served.request('GET', '/v1', { key: revoked })).status).toBe(401);
  });

  it('is told its tenant and role, an operator no tenant', async () => {
    served = await Served.open();
    const service = async (key: string): Promise<unknown> => await (await served.request('GET', '/v1', { key })).json();
    const streamUrl = `${served.url.replace('http', 'ws')}/v1/stream`;
    expect(await service(served.keys.viewer)).toEqual({ name: 'sluice', version: '1.2.3', streamUrl, tenant: TENANT, role: 'viewer' });
    expect(await service(served.keys.operator)).toEqual({ name: 'sluice', version: '1.2.3', streamUrl, tenant: null, role: 'operator' });
  });

  it('has its last use noted', async () => {
    served = await Served.open();
    const used = await makeKey(served.ports, { tenant: TENANT, role: 'viewer', id: 'key-used' });
    await served.request('GET', '/v1', { key: used });
    expect((await served.ports.keys.get(TENANT, 'key-used'))?.lastUsedAt).toBe(served.time.in(0));
    served.time.advance(61);
    await served.request('GET', '/v1', { key: used });
    expect((await served.ports.keys.get(TENANT, 'key-used'))?.lastUsedAt).toBe(served.time.in(0));
  });

  it('of an agent speaks for its own target only', async () => {
    served = await Served.open();
    const body = { instance: 'b9f1c7d2-4a6e' };
    expect((await served.request('POST', '/v1/targets/edge-1/claim', { key: served.keys.agent, body })).status).toBe(200);
    expect((await served.request('POST', '/v1/targets/edge-2/claim', { key: served.keys.agent, body })).status).toBe(404);
    const sample = { application: 'shop', component: 'web', release: '1.4.2', second: 1, requests: 0, errors: 0, latency: { zeros: 0, buckets: [] } };
    expect((await served.request('POST', '/v1/samples', { key: served.keys.agent, body: { target: 'edge-1', samples: [sample] } })).status).toBe(202);
    const foreign = await served.request('POST', '/v1/samples', { key: served.keys.agent, body: { target: 'edge-2', samples: [sample] } });
    expect(foreign.status).toBe(422);
    expect(problem.parse(await foreign.json())).toMatchObject({ code: 'unknown-reference', errors: [{ field: 'target', value: 'edge-2' }] });
  });
});

describe('a rate limit', () => {
  let served: Served;
  afterEach(async () => await served.close());

  const statuses = async (count: number, key: string) => {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) found.push((await served.request('GET', '/v1', { key })).status);
    return found;
  };

  it('holds for a key, tells when to come again, and is over then', async () => {
    served = await Served.open({ http: { keyRate: { burst: 3, perSecond: 0.5 } } });
    expect(await statuses(4, served.keys.viewer)).toEqual([200, 200, 200, 429]);
    const refused = await served.request('GET', '/v1', { key: served.keys.viewer });
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(problem.parse(await refused.json())).toMatchObject({ code: 'rate-limited', retriable: true, context: { scope: 'key' } });
    expect(await statuses(1, served.keys.admin)).toEqual([200]);
    served.time.advance(2);
    expect(await statuses(2, served.keys.viewer)).toEqual([200, 429]);
  });

  it('of samples holds for each of them, and for all keys of a tenant together', async () => {
    served = await Served.open({ http: { sampleRate: { burst: 3, perSecond: 0.5 } } });
    const sample = { application: 'shop', component: 'web', release: '1.4.2', second: 1, requests: 0, errors: 0, latency: { zeros: 0, buckets: [] } };
    const send = async (count: number, key = served.keys.agent) => await served.request('POST', '/v1/samples', { key, body: { target: 'edge-1', samples: Array.from({ length: count }, () => sample) } });
    expect((await send(2)).status).toBe(202);
    const refused = await send(2, served.keys.admin);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect(problem.parse(await refused.json())).toMatchObject({ code: 'rate-limited', context: { scope: 'samples' }, detail: 'this tenant may send 0.5 samples per second, 3 at once; try again in 2 s' });
    expect((await send(1)).status).toBe(202);
    const other = await makeKey(served.ports, { tenant: OTHER_TENANT, role: 'admin' });
    expect((await send(3, other)).status).toBe(202);
    served.time.advance(4);
    expect((await send(2)).status).toBe(202);
  });

  it('of samples lets a full batch in', () => {
    expect(sampleRate.burst).toBeGreaterThanOrEqual(MAXIMUM_SAMPLES);
  });

  it('holds for all keys of a tenant together', async () => {
    served = await Served.open({ http: { tenantRate: { burst: 3, perSecond: 1 } } });
    expect([...(await statuses(2, served.keys.viewer)), ...(await statuses(2, served.keys.admin))]).toEqual([200, 200, 200, 429]);
    expect(await statuses(1, served.keys.operator)).toEqual([200]);
  });

  it('slows an address that guesses keys, but not who has shown a good one there', async () => {
    served = await Served.open({ http: { guessRate: { burst: 3, perSecond: 0.1 } } });
    expect(await statuses(1, served.keys.viewer)).toEqual([200]);
    expect(await statuses(5, 'wrong')).toEqual([401, 401, 401, 429, 429]);
    expect(await statuses(1, served.keys.viewer)).toEqual([200]);
    expect(await statuses(1, served.keys.admin)).toEqual([429]);
    const metrics = await (await served.request('GET', '/metrics')).text();
    expect(metrics).toContain('sluice_http_refused_keys_total{reason="unknown"} 3');
    expect(metrics).toContain('sluice_http_refused_keys_total{reason="guessing"} 3');
    served.time.advance(10);
    expect(await statuses(1, served.keys.admin)).toEqual([200]);
  });
});
