import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sample } from '#contracts/samples';
import type { Samples } from '#ports/samples';

import { freshTenant } from './subject.ts';
import type { OpenSubject, TimedSubject } from './subject.ts';

/** What all stores of samples promise. */
export function sampleContract(name: string, open: OpenSubject<TimedSubject<Samples>>): void {
  describe(`samples: ${name}`, () => {
    let subject: TimedSubject<Samples>;
    /** The second from which the tests count, some minutes ago. */
    let start: number;
    let samples: Samples;
    beforeAll(async () => {
      subject = await open();
      samples = subject.port;
      start = Math.floor(subject.now() / 1000) - 2000;
    });
    afterAll(() => subject.close());

    const sample = (second: number, facts: Partial<Sample> = {}): Sample =>
      ({ application: 'shop', component: 'web', release: '1.0.0', second: start + second, requests: 10, errors: 1, latency: { zeros: 1, buckets: [[-300, 4], [-299, 5]] }, ...facts });
    const read = (tenant: string, fromSecond: number, toSecond: number, target = 'edge', application = 'shop') => samples.read(tenant, { target, application, fromSecond: start + fromSecond, toSecond: start + toSecond });

    it('reads what was written of an application in a span without its end, every release of it', async () => {
      const tenant = freshTenant();
      const written = [sample(100), sample(101), sample(101, { release: '1.1.0' }), sample(102, { component: 'api' })];
      await samples.write(tenant, 'edge', [...written, sample(103), sample(99), sample(101, { application: 'blog' })]);
      const found = await read(tenant, 100, 103);
      expect(found).toHaveLength(written.length);
      expect(found).toEqual(expect.arrayContaining(written));
      expect(await read(tenant, 100, 100)).toEqual([]);
    });

    it('replaces a second of the same release and component that is sent again', async () => {
      const tenant = freshTenant();
      await samples.write(tenant, 'edge', [sample(100), sample(100, { release: '1.1.0' })]);
      const again = sample(100, { requests: 99, errors: 0, latency: { zeros: 99, buckets: [] } });
      await samples.write(tenant, 'edge', [again]);
      await samples.write(tenant, 'edge', [again]);
      expect(await read(tenant, 100, 101)).toEqual(expect.arrayContaining([again, sample(100, { release: '1.1.0' })]));
      expect(await read(tenant, 100, 101)).toHaveLength(2);
    });

    it('takes a full batch', async () => {
      const tenant = freshTenant();
      await samples.write(tenant, 'edge', Array.from({ length: 1000 }, (_, index) => sample(1000 + index)));
      expect(await read(tenant, 1000, 2000)).toHaveLength(1000);
    });

    it('keeps targets and tenants apart', async () => {
      const [one, two] = [freshTenant(), freshTenant()];
      await samples.write(one, 'edge', [sample(100)]);
      await samples.write(two, 'edge', [sample(100, { requests: 5 })]);
      expect(await read(one, 100, 101)).toEqual([sample(100)]);
      expect(await read(one, 100, 101, 'rim')).toEqual([]);
      expect(await read(two, 100, 101)).toEqual([sample(100, { requests: 5 })]);
      expect(await read(freshTenant(), 100, 101)).toEqual([]);
    });

    it('removes what is old and nothing else', async () => {
      const tenant = freshTenant();
      const old = -2 * 86_400;
      await samples.write(tenant, 'edge', [sample(old), sample(3)]);
      expect(await samples.expire(start + old + 1)).toBeGreaterThanOrEqual(0);
      expect(await read(tenant, 0, 10)).toEqual([sample(3)]);
    });
  });
}
