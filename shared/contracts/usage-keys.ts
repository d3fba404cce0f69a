/**
 * A usage key is what API Gateway counts and throttles requests by; the authorizer names it. It lets nobody in and is no secret: the gateway takes
 * it from the authorizer only. It has 20 to 128 characters and is unique in its account and region, so it carries the system's name.
 * Source: API Gateway's pages on API keys and usage plans.
 */
export const usageKeyOf = (prefix: string, tenant: string): string => `${prefix}-usage-key-of-tenant-${tenant}`;

/** The usage key of all tenants that have none of their own: a new one for some seconds, and those beyond the gateway's quota of keys. */
export const sharedUsageKey = (prefix: string): string => `${prefix}-usage-key-of-all-others`;
