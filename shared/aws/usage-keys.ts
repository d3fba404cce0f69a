import * as z from 'zod';

import { sharedUsageKey, usageKeyOf } from '#contracts/usage-keys';

import type { Place, Table } from './table.ts';

const mark = z.object({ keyId: z.string(), api: z.string() });

/** A tenant's own usage key: the gateway's id of it, and of the API whose plan it is in. */
export type UsageKey = z.infer<typeof mark>;

/** Which tenants have a usage key of their own. */
export class UsageKeys {
  readonly #state: Table;
  readonly #prefix: string;

  constructor(state: Table, prefix: string) {
    this.#state = state;
    this.#prefix = prefix;
  }

  /**
   * The usage key that a tenant's requests to an API count for. A key that was made for an API before this one is in no plan of it, and the gateway
   * would refuse it: the table outlives a stack.
   */
  async find(tenant: string, api: string): Promise<string> {
    return (await this.of(tenant))?.api === api ? usageKeyOf(this.#prefix, tenant) : sharedUsageKey(this.#prefix);
  }

  /** A tenant's own key. */
  async of(tenant: string): Promise<UsageKey | undefined> {
    const found = await this.#state.get(placeOf(tenant));
    return found === undefined ? undefined : mark.parse(found);
  }

  async remember(tenant: string, { keyId, api }: UsageKey): Promise<void> {
    await this.#state.put({ ...placeOf(tenant), keyId, api });
  }

  async forget(tenant: string): Promise<void> {
    await this.#state.remove(placeOf(tenant));
  }
}

function placeOf(tenant: string): Place {
  return { pk: `${tenant}#usage-key`, sk: '-' };
}
