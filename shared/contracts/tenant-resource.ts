import * as z from 'zod';

import { resourceName } from '#domain/resources/names';

/**
 * The properties of the custom resource that registers a tenant, as CloudFormation hands them over: all of them texts. It holds no key, only where
 * keys are kept.
 */
export const tenantResource = z.object({
  /** The tenant's name. */
  Tenant: resourceName,
  /** The address of the control plane's HTTP API. */
  Url: z.url(),
  /** The ARN of the secret with an operator key: the key alone, or JSON with it under `key`. */
  OperatorKeySecret: z.string().min(1),
  /** The ARN of the secret that gets the tenant's admin key, as `adminKeySecret`. */
  AdminKeySecret: z.string().min(1),
  /** What becomes of the tenant when its resource is deleted. */
  OnDelete: z.enum(['keep', 'delete']),
});

export type TenantResource = z.infer<typeof tenantResource>;

/** What the secret with a tenant's admin key holds, as JSON: all that a client needs. */
export const adminKeySecret = z.object({ tenant: resourceName, url: z.url(), keyId: z.string(), key: z.string() });
