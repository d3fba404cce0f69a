import { clients } from '#aws/clients';
import { Table } from '#aws/table';
import { UsageKeys } from '#aws/usage-keys';
import { usageKeyEnvironment } from '#contracts/function-environment';

import { environment } from './engine.ts';

const { SLUICE_USAGE_KEY_PREFIX: prefix } = usageKeyEnvironment.parse(process.env);
const keys = prefix === undefined ? undefined : new UsageKeys(new Table(clients.dynamodb(), environment.SLUICE_STATE_TABLE), prefix);

/** The key that the gateway throttles a tenant's requests to an API by. Where the gateway cannot, the API's own limits per key and tenant are what there is. */
export async function usageOf(tenant: string, api: string): Promise<{ readonly usageIdentifierKey?: string }> {
  return keys === undefined ? {} : { usageIdentifierKey: await keys.find(tenant, api) };
}
