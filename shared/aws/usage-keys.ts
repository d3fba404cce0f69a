import * as z from 'zod';

import { sharedUsageKey, usageKeyOf } from '#contracts/usage-keys';

import type { Place, Table } from './table.ts';

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
