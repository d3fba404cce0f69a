import { expect, it } from 'vitest';

import { validationBound } from '#contracts/bounds';

import { problemOf } from '../end-to-end/http.ts';
import { Shop } from '../end-to-end/shop.ts';
import { Tenant } from '../end-to-end/tenant.ts';
import { withControlPlane } from './control-plane.ts';

/** The emulator of AWS runs no more than four processes of one function at once, so that there no fifth request comes before one of four has been answered. */
it('a tenant has so many validations under way at once, each waiting for a target that does not answer, and another tenant its own', async () => await withControlPlane(async (plane, tenant) => {
  const other = await Tenant.open('other', plane);
  try {
    const [shop, others] = await Promise.all([Shop.open(tenant), Shop.open(other)]);
    shop.agent.handling = ({ verb }) => (verb === 'check' ? 'silent' : 'succeeded');
    const asked = Array.from({ length: validationBound.most + 2 }, async () => await tenant.request('POST', '/v1/validations', { body: shop.request('1.0.0') }));
    expect((await other.client.validateDeployment({ body: others.request('1.0.0') })).passed).toBe(true);
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(validationBound.most);
    const refused = answers.filter(({ status }) => status === 429).map((one) => [problemOf(one).code, problemOf(one).context, one.headers.get('retry-after')]);
    expect(refused).toEqual(Array.from({ length: 2 }, () => ['rate-limited', { rule: 'validationsAtOnce', most: validationBound.most }, '15']));
    shop.agent.handling = () => 'succeeded';
    expect((await tenant.client.validateDeployment({ body: shop.request('1.0.0') })).checks).toContainEqual(expect.objectContaining({ check: 'dry-run', outcome: 'passed' }));
  } finally {
    await other.close();
  }
}));
