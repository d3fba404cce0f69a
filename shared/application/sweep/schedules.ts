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
    await eachTenant(context, 'the sweep', async (own) => (await sweepTenant(own)).errors);
  },
  expire: async (context) => {
    const { samples, idempotency, clock } = context.ports;
    await samples.expire(Math.floor(clock.now() / 1000) - SAMPLES_SECONDS);
    await idempotency.expire(nowOf(context));
    await eachTenant(context, 'the expiry', async (own) => {
      await expireCommands(own);
      return [];
    });
  },
};

/** Gives each tenant its turn, whatever went wrong for those before it. `act` answers what went wrong. @throws AggregateError with all of it */
async function eachTenant(context: Context, what: string, act: (own: Context) => Promise<readonly unknown[]>): Promise<void> {
  const errors: unknown[] = [];
  for (const tenant of await everyTenant(context)) errors.push(...(await act({ ...context, tenant }).catch((error: unknown) => [error])));
  if (errors.length > 0) throw new AggregateError(errors, `${what} failed in ${errors.length} places`);
}

/**
 * The operators' own tenant first: its sweep may bring in tenants that the list does not know yet. The others begin with another one each minute, so
 * that who makes a turn too long for its time holds up the same tenants only now and then.
 */
async function everyTenant(context: Context): Promise<readonly string[]> {
  const tenants: string[] = [];
  for await (const { key } of everyDocument(asOperator(context), 'tenants', ACTIVE)) tenants.push(key);
  const first = Math.floor(context.ports.clock.now() / 60_000) % Math.max(1, tenants.length);
  return [OPERATOR_TENANT, ...tenants.slice(first), ...tenants.slice(0, first)];
}
