import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sample } from '#contracts/samples';
import type { Samples } from '#ports/samples';

import { freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

function sample(second: number, facts: Partial<Sample> = {}): Sample {
  return { application: 'shop', component: 'web', release: '1.0.0', second, requests: 10, errors: 1, latency: { zeros: 1, buckets: [[-300, 4], [-299, 5]] }, ...facts };
}

/** What all stores of samples promise. */
export function sampleContract(name: string, open: OpenSubject<Subject<Samples>>): void {
  describe(`samples: ${name}`, () => {
    let subject: Subject<Samples>;
    let samples: Samples;
    beforeAll(async () => {
      subject = await open();
      samples = subject.port;
    });
    afterAll(() => subject.close());

    const read = (tenant: string, fromSecond: number, toSecond: number, target = 'edge', application = 'shop') => samples.read(tenant, { target, application, fromSecond, toSecond });

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

    it('removes what is older than a second and counts it', async () => {
      const tenant = freshTenant();
      await samples.write(tenant, 'edge', [sample(1), sample(2), sample(3)]);
      expect(await samples.expire(3)).toBeGreaterThanOrEqual(2);
      expect(await samples.expire(3)).toBe(0);
      expect(await read(tenant, 0, 10)).toEqual([sample(3)]);
    });
  });
}
