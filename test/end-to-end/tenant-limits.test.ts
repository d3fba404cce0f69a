import { describe, expect, it } from 'vitest';

import { validationBound } from '#contracts/bounds';
import { MAXIMUM_SUBSCRIPTIONS } from '#contracts/stream';

import { problemOf } from './http.ts';
import { RawStream } from './raw-stream.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

describe.concurrent('a tenant', () => {
  it('has so many validations under way at once, each waiting for a target that does not answer, and another tenant its own', async () => {
    const [tenant, other] = await Promise.all([Tenant.open('validating'), Tenant.open('other')]);
    try {
      const [shop, others] = await Promise.all([Shop.open(tenant), Shop.open(other)]);
      shop.agent.handling = ({ verb }) => (verb === 'check' ? 'silent' : 'succeeded');
      const asked = Array.from({ length: validationBound.most + 2 }, async () => await tenant.request('POST', '/v1/validations', { body: shop.request('1.0.0') }));
      expect((await other.client.validateDeployment({ body: others.request('1.0.0') })).passed).toBe(true);
      const answers = await Promise.all(asked);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(validationBound.most);
      expect(answers.filter(({ status }) => status === 429).map((one) => [problemOf(one).code, problemOf(one).context, one.headers.get('retry-after')])).toEqual(Array.from({ length: 2 }, () => ['rate-limited', { rule: 'validationsAtOnce', most: validationBound.most }, '15']));
      shop.agent.handling = () => 'succeeded';
      expect((await tenant.client.validateDeployment({ body: shop.request('1.0.0') })).checks).toContainEqual(expect.objectContaining({ check: 'dry-run', outcome: 'passed' }));
    } finally {
      await Promise.all([tenant.close(), other.close()]);
    }
  });

  it('has so many subscriptions on one connection, and is told the rule and its value', async () => {
    const tenant = await Tenant.open('subscribing');
    try {
      const stream = await RawStream.open(tenant);
      for (let count = 0; count < MAXIMUM_SUBSCRIPTIONS; count += 1) await stream.subscribe(`s${count}`, { kind: 'tenant' });
      stream.send({ type: 'subscribe', id: 'more', topic: { kind: 'tenant' } });
      expect(await stream.nextOf('error')).toEqual({ type: 'error', id: 'more', code: 'conflict', detail: `this connection may have ${MAXIMUM_SUBSCRIPTIONS} subscriptions at once` });
    } finally {
      await tenant.close();
    }
  });
});
