import { APIGatewayClient, ConflictException, CreateApiKeyCommand, CreateUsagePlanCommand, GetApiKeysCommand, GetUsagePlanKeysCommand, LimitExceededException } from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TenantThrottles } from '#aws/tenant-throttles';
import { UsageKeys } from '#aws/usage-keys';
import { sharedUsageKey, usageKeyOf } from '#contracts/usage-keys';

import { freshTenant } from '../contracts/subject.ts';
import { hasOnlyDynamodb } from './bed.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

describe.skipIf(hasOnlyDynamodb)('API Gateway of the emulator', () => {
  let tables: FreshTables;
  let client: APIGatewayClient;
  let keys: UsageKeys;
  let throttles: TenantThrottles;
  let planId = '';
  const prefix = freshTenant();
  const api = 'abcdef1234';
  beforeAll(async () => {
    tables = await freshTables();
    client = new APIGatewayClient();
    planId = (await client.send(new CreateUsagePlanCommand({ name: prefix, throttle: { rateLimit: 200, burstLimit: 800 } }))).id ?? '';
    keys = new UsageKeys(tables.state, prefix);
    throttles = new TenantThrottles({ client, keys, prefix, api, planId });
  });
  afterAll(() => {
    tables.close();
    client.destroy();
  });

  const inPlan = async () => ((await client.send(new GetUsagePlanKeysCommand({ usagePlanId: planId, limit: 500 }))).items ?? []).map(({ value }) => value);

  /** Throttles at a gateway that refuses to make a key, which the emulator never does. */
  const throttlesRefused = (refusal: Error) => {
    const refusing = new APIGatewayClient();
    refusing.middlewareStack.add((next, { commandName }) => async (given) => {
      if (commandName === 'CreateApiKeyCommand') throw refusal;
      return await next(given);
    }, { step: 'initialize' });
    return new TenantThrottles({ client: refusing, keys, prefix, api, planId });
  };

  describe('the throttles of tenants at the gateway', () => {
    it('are shared by a tenant that has none of its own', async () => {
      expect(await keys.find(freshTenant(), api)).toBe(sharedUsageKey(prefix));
    });

    it('are given to a tenant, once, also when its event comes again', async () => {
      const tenant = freshTenant();
      expect([await throttles.give(tenant), await throttles.give(tenant)]).toEqual([true, true]);
      expect(await keys.find(tenant, api)).toBe(usageKeyOf(prefix, tenant));
      expect((await inPlan()).filter((value) => value === usageKeyOf(prefix, tenant))).toHaveLength(1);
    });

    it('are given where the first try ended after the key was made', async () => {
      const tenant = freshTenant();
      const value = usageKeyOf(prefix, tenant);
      const { id } = await client.send(new CreateApiKeyCommand({ name: value, value, enabled: true }));
      expect(await keys.find(tenant, api)).toBe(sharedUsageKey(prefix));
      await throttlesRefused(new ConflictException({ message: 'a key of that value exists', $metadata: {} })).give(tenant);
      expect([await keys.find(tenant, api), await keys.of(tenant)]).toEqual([value, { keyId: id, api }]);
      expect(await inPlan()).toContain(value);
    });

    it('are shared at another API than that for which they were given, until they are given there', async () => {
      const tenant = freshTenant();
      await throttles.give(tenant);
      expect(await keys.find(tenant, 'another')).toBe(sharedUsageKey(prefix));
      await new TenantThrottles({ client, keys, prefix, api: 'another', planId }).give(tenant);
      expect([await keys.find(tenant, 'another'), await keys.find(tenant, api)]).toEqual([usageKeyOf(prefix, tenant), sharedUsageKey(prefix)]);
    });

    it('are shared on where the account may have no more keys', async () => {
      const tenant = freshTenant();
      expect(await throttlesRefused(new LimitExceededException({ message: 'too many keys', $metadata: {} })).give(tenant)).toBe(false);
      expect(await keys.find(tenant, api)).toBe(sharedUsageKey(prefix));
    });

    it('are not given by half when the gateway fails otherwise', async () => {
      const tenant = freshTenant();
      await expect(throttlesRefused(new Error('the gateway is away')).give(tenant)).rejects.toThrow('the gateway is away');
      expect(await keys.of(tenant)).toBeUndefined();
    });

    it('are taken from a deleted tenant, also twice, and from one that had none', async () => {
      const tenant = freshTenant();
      await throttles.give(tenant);
      await throttles.take(tenant);
      await throttles.take(tenant);
      await throttles.take(freshTenant());
      expect(await keys.find(tenant, api)).toBe(sharedUsageKey(prefix));
      expect((await client.send(new GetApiKeysCommand({ nameQuery: usageKeyOf(prefix, tenant) }))).items ?? []).toEqual([]);
    });

    it('have keys of a length that the gateway takes, for the shortest names and the longest', () => {
      for (const key of [usageKeyOf('s', 'a'), usageKeyOf('s'.repeat(20), 'a'.repeat(63)), sharedUsageKey('s'), sharedUsageKey('s'.repeat(20))]) {
        expect(key.length).toBeGreaterThanOrEqual(20);
        expect(key.length).toBeLessThanOrEqual(128);
      }
    });
  });
});
