import * as z from 'zod';

import { resourceName } from '#domain/resources/names';

/** The same machine, as an emulator is reached. Source: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
const LOOPBACK = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i;

/** The address of a control plane that keys are sent to. */
export const controlPlaneUrl = z.url('must be an address').refine((url) => /^https:\/\//i.test(url) || LOOPBACK.test(url), 'must begin with https://, since keys are sent there');

/**
 * The properties of the custom resource that registers a tenant, as CloudFormation hands them over: all of them texts. It holds no key, only where
 * keys are kept.
 */
export const tenantResource = z.object({
  /** The tenant's name. */
  Tenant: resourceName,
  /** The address of the control plane's HTTP API. */
  Url: controlPlaneUrl,
  /** The ARN of the secret with an operator key: the key alone, or JSON with it under `key`. */
  OperatorKeySecret: z.string().min(1),
  /** The ARN of the secret that gets the tenant's admin key, as `adminKeySecret`. */
  AdminKeySecret: z.string().min(1),
  /** What becomes of the tenant when its resource is deleted. */
  OnDelete: z.enum(['keep', 'delete']),
  /** Whether the resource takes over a tenant that somebody else has made. */
  Adopt: z.enum(['true', 'false']).default('false'),
});

export type TenantResource = z.infer<typeof tenantResource>;

/** What of the properties must be right when the resource is deleted: no more than is needed, so that a stack can always be deleted. */
export const leavingTenant = z.discriminatedUnion('OnDelete', [
  tenantResource.extend({ OnDelete: z.literal('delete') }),
  tenantResource.pick({ Tenant: true, AdminKeySecret: true }).extend({ OnDelete: z.literal('keep') }),
]);

export type LeavingTenant = z.infer<typeof leavingTenant>;

/** What the secret with a tenant's admin key holds, as JSON: all that a client needs. */
export const adminKeySecret = z.object({ tenant: resourceName, url: z.url(), keyId: z.string(), key: z.string() });

/**
 * What the same secret says before there is a key, beside what it held: that its resource is about to make this tenant, and with which control plane. A
 * request of CloudFormation's that comes again so knows its own tenant from one that was there before.
 */
export const claimedTenant = z.looseObject({ making: resourceName, at: z.string() });
