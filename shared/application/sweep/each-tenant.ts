import * as z from 'zod';

import type { Context } from '#application/context';
import { everyDocument } from '#application/every-document';
import { OPERATOR_TENANT, asOperator } from '#application/tenants/load-tenant';
import { ACTIVE } from '#application/tenants/tenant-document';

/** The tenant with whom the next round begins, because this one had to end before its turn. */
const progress = z.strictObject({ next: z.string() });

/**
 * How many tenants have their turn at once. A turn of a tenant at rest is some ten calls one after the other, so ten are as many calls under way, of the 50 that an SDK's client
 * keeps connections for. In one process all calls are queued at one file, and nothing is gained or lost.
 */
export const TENANTS_AT_ONCE = 10;

/** What came of a tenant's turn: what went wrong, and whether there was no room for it after all, so that it is among the first in the next round. */
export type Turn = { readonly errors: readonly unknown[]; readonly isLeft?: boolean };

/** One round through all tenants. */
export type Round = {
  /** What it is, for the error and as the name under which its progress is kept. */
  readonly name: string;
  /** Does what is to be done for a tenant. */
  act(own: Context): Promise<Turn>;
  /** Whether there is room for one more tenant; always, where nothing is said. Those who are left are first in the next round. */
  mayGoOn?(): boolean;
};

/** Gives each tenant its turn, some at once, whatever went wrong for those before it. @throws AggregateError with all of it */
export async function eachTenant(context: Context, { name, act, mayGoOn = () => true }: Round): Promise<void> {
  const tenants: string[] = [];
  for await (const { key } of everyDocument(asOperator(context), 'tenants', ACTIVE)) tenants.push(key);
  // One tenant needs no turns: what is read here is paid for each minute.
  const kept = tenants.length > 1 ? await context.ports.readModels.get(OPERATOR_TENANT, 'sweep', name) : undefined;
  const errors: unknown[] = [];
  const left = new Set<string>();
  const turn = async (tenant: string) => {
    const { errors: own, isLeft = false } = await act({ ...context, tenant }).catch((error: unknown): Turn => ({ errors: [error] }));
    errors.push(...own);
    if (isLeft) left.add(tenant);
  };
  // The operators' own tenant is first and alone: its sweep may bring in tenants that the list does not know yet.
  await turn(OPERATOR_TENANT);
  const order = inTurn(context, tenants, kept === undefined ? undefined : progress.parse(kept.document).next);
  const waiting = order.values();
  const worker = async () => {
    for (const tenant of waiting) {
      if (mayGoOn()) await turn(tenant);
      else left.add(tenant);
    }
  };
  await Promise.all(Array.from({ length: Math.min(TENANTS_AT_ONCE, order.length) }, worker));
  await keep(context, name, order.find((tenant) => left.has(tenant)), kept !== undefined).catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, `the ${name} failed in ${errors.length} places`);
}

async function keep(context: Context, name: string, next: string | undefined, wasKept: boolean): Promise<void> {
  const { readModels, clock } = context.ports;
  if (next !== undefined) await readModels.put(OPERATOR_TENANT, 'sweep', { key: name, version: clock.now(), index: {}, document: { next } satisfies z.input<typeof progress> });
  else if (wasKept) await readModels.erase(OPERATOR_TENANT, 'sweep', name);
}

/**
 * The tenants, beginning with the one whose turn it is, else with another one each minute, so that who makes a turn too long for its time holds up the same tenants
 * only now and then.
 */
function inTurn(context: Context, tenants: readonly string[], next: string | undefined): readonly string[] {
  const first = next === undefined ? Math.floor(context.ports.clock.now() / 60_000) % Math.max(1, tenants.length) : Math.max(0, tenants.findIndex((tenant) => tenant >= next));
  return [...tenants.slice(first), ...tenants.slice(0, first)];
}
