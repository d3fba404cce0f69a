import { describe, expect, it } from 'vitest';

import { guardedFolder } from '../end-to-end-standalone/guarded.ts';
import { RealShop } from '../end-to-end-standalone/real-shop.ts';
import type { Strategy } from '../end-to-end/shop.ts';
import { systemUnderTest } from '../end-to-end/system-under-test.ts';
import { Tenant } from '../end-to-end/tenant.ts';
import { LONG_SECONDS, until } from '../end-to-end/until.ts';

const canary: Strategy = { type: 'canary', steps: [{ weightPercent: 10 }, { weightPercent: 50 }, { analysis: { template: 'errors' } }] };

describe('the demo, by a real agent with real processes', () => {
  it('promotes a good release and rolls a bad one back by itself, and clients meet no failure but the bad release\'s own', async () => {
    const { folder, remove } = await guardedFolder();
    const tenant = await Tenant.open('demo');
    try {
      const shop = await RealShop.open({ url: systemUnderTest.url, folder }, tenant);
      await (await shop.deploy('1.0.0', canary)).endsAs('Succeeded', LONG_SECONDS);
      const traffic = shop.traffic();
      const promoted = await (await shop.deploy('1.1.0', canary)).endsAs('Succeeded', LONG_SECONDS);
      expect(promoted.verdicts).toMatchObject([{ verdict: 'Successful' }]);
      const rolledBack = await (await shop.deploy('1.2.0', canary)).endsAs('RolledBack', LONG_SECONDS);
      expect(rolledBack.verdicts).toMatchObject([{ verdict: 'Failed' }]);
      expect(rolledBack.reason).not.toBe('');
      const [asked, failed] = [traffic.seen.requests, traffic.seen.failures.length];
      await until('the good release serves alone', () => (traffic.seen.requests > asked + 100 ? true : undefined));
      const seen = await traffic.stop();
      expect(seen.failures.length).toBe(failed);
      expect(seen.failures.filter((one) => !one.includes('500') || !one.includes('"release":"1.2.0"'))).toEqual([]);
      expect(seen.byRelease).toMatchObject({ '1.0.0': expect.any(Number), '1.1.0': expect.any(Number), '1.2.0': expect.any(Number) });
    } finally {
      await tenant.close();
      await remove();
    }
  });
});
