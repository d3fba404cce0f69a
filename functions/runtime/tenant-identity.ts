import type { TenantResource } from '#contracts/tenant-resource';

/** Whether a resource has made this tenant before: it must have the same name and be at the same address, since another address may be another control plane, with a tenant of the same name that is somebody else's. */
export function hasMade({ physicalId, oldUrl }: { readonly physicalId: string | undefined; readonly oldUrl: unknown }, { Tenant: tenant, Url: url }: Pick<TenantResource, 'Tenant' | 'Url'>): boolean {
  return physicalId === physicalIdOf(tenant) && oldUrl === url;
}

/** Which tenant a resource is; what has another id was never made, and CloudFormation only clears it away. */
export function physicalIdOf(tenant: string): string {
  return `tenant/${tenant}`;
}
