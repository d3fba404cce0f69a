import type { Caller } from '#application/context';
import type { Outside } from '#application/http/exchange';
import { Failure } from '#contracts/errors';
import type { Route } from '#contracts/http/route';
import { rolePermissions } from '#contracts/roles';
import type { Permission } from '#contracts/roles';

/** Refuses who may not use a route. @throws Failure `forbidden` */
export function assertPermitted(caller: Caller, permission: Permission | 'key'): void {
  if (permission === 'key' || rolePermissions[caller.role].includes(permission)) return;
  throw new Failure('forbidden', { detail: `the role ${caller.role} has not the permission ${permission}`, context: { role: caller.role, permission } });
}

/**
 * Lets an agent's key speak for its own target only. Another target is, to it, as if it were not there.
 * @throws Failure `not-found` for another target in the path, `unknown-reference` for one in the body
 */
export function assertOwnTarget(caller: Caller, route: Route, input: { readonly params: unknown; readonly body: unknown }): void {
  if (caller.role !== 'agent') return;
  const inPath = textField(input.params, 'name');
  if (route.permission === 'target:serve' && inPath !== caller.target) throw new Failure('not-found', `there is no target ${inPath ?? ''}`);
  const inBody = textField(input.body, 'target');
  if (inBody !== undefined && inBody !== caller.target) {
    throw new Failure('unknown-reference', { detail: `there is no target ${inBody}`, errors: [{ field: 'target', rule: 'must exist', value: inBody }] });
  }
}

/** Takes one request from the limits of key and tenant. @throws Failure `rate-limited` */
export async function assertWithinRates(outside: Pick<Outside, 'rateLimits' | 'metrics' | 'settings'>, caller: Caller): Promise<void> {
  const limits = [
    { scope: 'key', bucket: `key/${caller.tenant}/${caller.keyId}`, rate: outside.settings.keyRate },
    { scope: 'tenant', bucket: `tenant/${caller.tenant}`, rate: outside.settings.tenantRate },
  ];
  for (const { scope, bucket, rate } of limits) {
    const retryAfterSeconds = await outside.rateLimits.take(bucket, rate);
    if (retryAfterSeconds > 0) {
      outside.metrics.rateLimited.add([scope]);
      throw new Failure('rate-limited', { detail: `this ${scope} may make ${rate.perSecond} requests per second, ${rate.burst} at once; try again in ${retryAfterSeconds} s`, context: { scope }, retryAfterSeconds });
    }
  }
}

/**
 * Takes from the tenant's limit what a request costs beside itself: one for each item of the list that its route counts.
 * @throws Failure `rate-limited`
 */
export async function assertWithinCost(outside: Pick<Outside, 'sharedRateLimits' | 'metrics' | 'settings'>, caller: Caller, call: { readonly route: Route; readonly body: unknown }): Promise<void> {
  const { cost } = call.route;
  if (cost === null) return;
  const rate = { samples: outside.settings.sampleRate }[cost];
  const retryAfterSeconds = await outside.sharedRateLimits.take(`${caller.tenant}#${cost}`, rate, listField(call.body, cost).length);
  if (retryAfterSeconds === 0) return;
  outside.metrics.rateLimited.add([cost]);
  throw new Failure('rate-limited', { detail: `this tenant may send ${rate.perSecond} ${cost} per second, ${rate.burst} at once; try again in ${retryAfterSeconds} s`, context: { scope: cost }, retryAfterSeconds });
}

function listField(value: unknown, name: string): readonly unknown[] {
  const field: unknown = typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
  return Array.isArray(field) ? field : [];
}

function textField(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof field === 'string' ? field : undefined;
}
