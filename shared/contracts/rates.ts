/**
 * How many requests of one tenant are let in: a tenant may make as many as four of its keys at full rate (`keyRate` of the HTTP settings). In one
 * process the API counts them, on AWS the gateway's usage plan does, for each tenant by itself.
 */
export const tenantRate = { burst: 800, perSecond: 200 } as const;
