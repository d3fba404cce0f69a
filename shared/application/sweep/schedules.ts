import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { everyDocument } from '#application/every-document';
import type { ScheduleHandlers } from '#application/handlers';
import { expireCommands } from '#application/sweep/expire-commands';
import { sweepTenant } from '#application/sweep/sweep-tenant';
import { OPERATOR_TENANT, asOperator } from '#application/tenants/load-tenant';
import { ACTIVE } from '#application/tenants/tenant-document';

/** Samples are kept for a day, as their port says. */
const SAMPLES_SECONDS = 86_400;

/** What is done again and again, for all tenants. What went wrong for one is thrown once all had their turn. */
export const scheduleHandlers: ScheduleHandlers = {
  sweep: async (context) => {
    const errors: unknown[] = [];
    for (const tenant of await everyTenant(context)) errors.push(...(await sweepTenant({ ...context, tenant })).errors);
    if (errors.length > 0) throw new AggregateError(errors, `the sweep failed in ${errors.length} places`);
  },
  expire: async (context) => {
    const { samples, idempotency, clock } = context.ports;
    await samples.expire(Math.floor(clock.now() / 1000) - SAMPLES_SECONDS);
    await idempotency.expire(nowOf(context));
    for (const tenant of await everyTenant(context)) await expireCommands({ ...context, tenant });
  },
};

/** The operators' own tenant first: its sweep may bring in tenants that the list does not know yet. */
async function everyTenant(context: Context): Promise<readonly string[]> {
  const tenants: string[] = [];
  for await (const { key } of everyDocument(asOperator(context), 'tenants', ACTIVE)) tenants.push(key);
  return [OPERATOR_TENANT, ...tenants];
}
