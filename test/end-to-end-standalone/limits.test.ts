import { describe, expect, it } from 'vitest';

import { request, told } from '../end-to-end/http.ts';
import { RawStream } from '../end-to-end/raw-stream.ts';
import { Tenant } from '../end-to-end/tenant.ts';
import { until } from '../end-to-end/until.ts';
import { withControlPlane } from './control-plane.ts';

describe.concurrent('a rate limit', () => {
  it('refuses a key that asks too often, says when to come back, and spares everybody else', async () => await withControlPlane(async (plane, tenant) => {
    const { key } = await tenant.keyOf('viewer', { name: 'hasty' });
    const other = await Tenant.open('other', plane);
    try {
      const ask = async (of: Tenant, as: string) => await of.request('GET', '/v1', { key: as });
      const answered = await Promise.all(Array.from({ length: 400 }, () => ask(tenant, key)));
      const refused = answered.filter((one) => one.status === 429);
      expect(answered.filter((one) => one.status === 200).length).toBeGreaterThanOrEqual(200);
      expect(refused.length).toBeGreaterThan(0);
      for (const one of refused) expect(Number(one.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(refused.map((one) => told(one).code)).toEqual(refused.map(() => 'rate-limited'));
      const spared = await Promise.all(Array.from({ length: 50 }, () => Promise.all([ask(tenant, tenant.adminKey), ask(other, other.adminKey)])));
      expect(spared.flat().map((one) => one.status)).toEqual(spared.flat().map(() => 200));
      await until('the key may ask again', async () => ((await ask(tenant, key)).status === 200 ? true : undefined));
      expect((await request('GET', '/metrics', { url: plane.url })).text).toMatch(/sluice_http_rate_limited_total\{scope="key"\} [1-9]/);
    } finally {
      await other.close();
    }
  }));

  it('on wrong keys stops a guesser, and nobody whose key was good before', async () => await withControlPlane(async (plane, tenant) => {
    const guess = async (number: number) => (await request('GET', '/v1', { url: plane.url, key: `slk_guess-number-${number}` })).status;
    let wrong = 0;
    // A hundred may be wrong at once, and one more each second.
    while ((await guess(wrong)) === 401) wrong += 1;
    expect(wrong).toBeGreaterThanOrEqual(100);
    expect(wrong).toBeLessThan(200);
    // A second may pass at any moment and let one more in, so each new key is tried right after a guess that was refused.
    const askWithNewKey = async (number: number) => {
      const { key } = await tenant.keyOf('viewer', { name: `new-${number}` });
      while ((await guess(number)) === 401) wrong += 1;
      return (await tenant.request('GET', '/v1', { key })).status;
    };
    let refused = 0;
    for (let number = 0; number < 10; number += 1) refused += (await askWithNewKey(number)) === 429 ? 1 : 0;
    expect(refused).toBeGreaterThan(0);
    expect((await tenant.request('GET', '/v1')).status).toBe(200);
  }));
});

describe.concurrent('a reader of the stream that is too slow', () => {
  it('is told from where to go on and loses nothing, and no other reader waits for it', async () => await withControlPlane(async (plane, tenant) => {
    const [slow, quick] = await Promise.all([RawStream.open(tenant), RawStream.open(tenant)]);
    await slow.subscribe('slow', { kind: 'tenant' });
    await quick.subscribe('quick', { kind: 'tenant' });
    slow.socket.pause();
    // More than the buffers of the system and of the server hold: 700 × 29 kB are 20 MB.
    const count = 700;
    const writers = await Promise.all(Array.from({ length: 7 }, (_, index) => tenant.keyOf('admin', { name: `writer-${index}` })));
    const made = writers.length;
    const write = async (writer: number) => {
      for (let index = writer; index < count; index += made) await writers[writer]?.client.putApplication({ params: { name: `application-${index}` }, body: largeApplication(`application-${index}`) });
    };
    const writing = Promise.all(writers.map((_, index) => write(index)));
    const seen: string[] = [];
    while (seen.filter((one) => one.startsWith('application/')).length < count) {
      const { event } = await quick.nextOf('event');
      seen.push(`${event.stream}@${event.version}`);
    }
    await writing;
    await until('the slow reader is given up', async () => ((await request('GET', '/metrics', { url: plane.url })).text.includes('sluice_stream_behind_total 1') ? true : undefined));
    slow.socket.resume();
    const told: string[] = [];
    for (let rounds = 0; told.length < seen.length;) {
      const message = await slow.next();
      if (message.type === 'event') told.push(`${message.event.stream}@${message.event.version}`);
      if (message.type !== 'behind') continue;
      rounds += 1;
      slow.send({ type: 'subscribe', id: `slow-${rounds}`, topic: { kind: 'tenant' }, cursor: message.cursor });
    }
    expect(told).toEqual(seen);
  }));
});

function largeApplication(name: string) {
  const environment = Array.from({ length: 4 }, (_, index) => ({ name: `TEXT_${index}`, value: 'x'.repeat(7000) }));
  return { apiVersion: 'sluice.dev/v1' as const, kind: 'Application' as const, metadata: { name }, spec: { components: [{ name: 'web', port: 8080, environment }] } };
}
