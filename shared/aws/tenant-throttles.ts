import { APIGatewayClient, ConflictException, CreateApiKeyCommand, CreateUsagePlanKeyCommand, DeleteApiKeyCommand, GetApiKeysCommand, LimitExceededException, NotFoundException } from '@aws-sdk/client-api-gateway';

import { Failure } from '#contracts/errors';
import { usageKeyOf } from '#contracts/usage-keys';

import { SERVICE_CALLS } from './calls.ts';
import { tellingOutages } from './outages.ts';
import type { UsageKeys } from './usage-keys.ts';

/** The client of API Gateway's own API: with three calls of at most 18 s each the function ends within its 55 s, or is called again by the bus. */
export const gatewayClient = (): APIGatewayClient => tellingOutages(new APIGatewayClient(SERVICE_CALLS));

/** Gives tenants usage keys of their own in a usage plan, which throttles each key by itself. */
export class TenantThrottles {
  readonly #given: { readonly client: APIGatewayClient; readonly keys: UsageKeys; readonly prefix: string; readonly api: string; readonly planId: string };

  constructor(given: { readonly client: APIGatewayClient; readonly keys: UsageKeys; readonly prefix: string; readonly api: string; readonly planId: string }) {
    this.#given = given;
  }

  /**
   * Makes a tenant's usage key and brings it into the plan; repeating it changes nothing. Answers false when the account's quota of keys is used up:
   * the tenant then goes on by the key that all others share.
   */
  async give(tenant: string): Promise<boolean> {
    const { client, keys, api, planId } = this.#given;
    if ((await keys.of(tenant))?.api === api) return true;
    const keyId = await this.#makeKey(tenant);
    if (keyId === undefined) return false;
    await client.send(new CreateUsagePlanKeyCommand({ usagePlanId: planId, keyId, keyType: 'API_KEY' })).catch((error: unknown) => {
      if (!(error instanceof ConflictException)) throw error;
    });
    // Only now: a key outside the plan would be refused by the gateway.
    await keys.remember(tenant, { keyId, api });
    return true;
  }

  /** Removes a tenant's usage key; what is not there is removed. */
  async take(tenant: string): Promise<void> {
    const { client, keys } = this.#given;
    const key = await keys.of(tenant);
    if (key === undefined) return;
    await client.send(new DeleteApiKeyCommand({ apiKey: key.keyId })).catch((error: unknown) => {
      if (!(error instanceof NotFoundException)) throw error;
    });
    await keys.forget(tenant);
  }

  async #makeKey(tenant: string): Promise<string | undefined> {
    const { client, prefix } = this.#given;
    const value = usageKeyOf(prefix, tenant);
    try {
      const { id } = await client.send(new CreateApiKeyCommand({ name: value, value, enabled: true, description: `throttles the tenant ${tenant}` }));
      return idOf(id, tenant);
    } catch (error) {
      if (error instanceof LimitExceededException) return undefined;
      if (!(error instanceof ConflictException)) throw error;
    }
    const { items = [] } = await client.send(new GetApiKeysCommand({ nameQuery: value, limit: 500 }));
    return idOf(items.find((one) => one.name === value)?.id, tenant);
  }
}

function idOf(id: string | undefined, tenant: string): string {
  if (id === undefined) throw new Failure('unavailable', `the gateway gave no usage key for the tenant ${tenant}`);
  return id;
}
