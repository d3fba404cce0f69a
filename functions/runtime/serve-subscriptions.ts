import { everyDocument } from '#application/every-document';
import { ACTIVE } from '#application/tenants/tenant-document';
import { eachOf } from '#aws/each-of';
import { pumpTenant } from '#aws/pump';

import { contextOf } from './engine.ts';
import { pumpOptions } from './pump-options.ts';

/** Sends all subscribers what they were left behind with: a post had failed, or there was more than fits into one call. Answers what went wrong. */
export async function serveSubscriptions(): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  const tenants: string[] = [];
  for await (const { key } of everyDocument(contextOf('operator'), 'tenants', ACTIVE)) tenants.push(key);
  await eachOf(tenants, async (tenant) => { await pumpTenant(pumpOptions, tenant).catch((error: unknown) => errors.push(error)); });
  return errors;
}
