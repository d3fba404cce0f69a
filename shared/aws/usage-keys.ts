import * as z from 'zod';

import type { Place, Table } from './table.ts';

/**
 * A usage key is what API Gateway counts and throttles requests by; the authorizer names it. It lets nobody in and is no secret: the gateway takes
 * it from the authorizer only. A key has 20 to 128 characters and is unique in its account and region, so it carries the system's name.
 * Source: API Gateway's page on API keys and usage plans.
 */
export const usageKeyOf = (prefix: string, tenant: string): string => `${prefix}-usage-key-of-tenant-${tenant}`;

/** The usage key of all tenants that have none of their own: a new one for some seconds, and those beyond the gateway's quota of keys. */
export const sharedUsageKey = (prefix: string): string => `${prefix}-usage-key-of-all-others`;

const mark = z.object({ keyId: z.string() });

/** Which tenants have a usage key of their own. */
export class UsageKeys {
  readonly #state: Table;
  readonly #prefix: string;

  constructor(state: Table, prefix: string) {
    this.#state = state;
    this.#prefix = prefix;
  }

  /** The usage key that a tenant's requests count for. */
  async find(tenant: string): Promise<string> {
    return (await this.idOf(tenant)) === undefined ? sharedUsageKey(this.#prefix) : usageKeyOf(this.#prefix, tenant);
  }

  /** The gateway's id of a tenant's own key. */
  async idOf(tenant: string): Promise<string | undefined> {
    const found = await this.#state.get(placeOf(tenant));
    return found === undefined ? undefined : mark.parse(found).keyId;
  }

  async remember(tenant: string, keyId: string): Promise<void> {
    await this.#state.put({ ...placeOf(tenant), keyId });
  }

  async forget(tenant: string): Promise<void> {
    await this.#state.remove(placeOf(tenant));
  }
}

function placeOf(tenant: string): Place {
  return { pk: `${tenant}#usage-key`, sk: '-' };
}
