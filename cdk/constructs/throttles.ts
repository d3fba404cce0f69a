import { ApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { RestApi, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';

import { tenantRate } from '#contracts/rates';
import { sharedUsageKey } from '#contracts/usage-keys';

/** All tenants without a usage key of their own make at most as many requests together as this many tenants; the stage has its own limit above. */
const SHARING_TENANTS = 4;

/**
 * The throttles of tenants: a usage plan whose limits hold for each usage key by itself, and another for the one key that all share who have none of
 * their own. The authorizer names the key, never the client; keys of tenants are made when tenants are (`throttle-tenant`).
 */
export class Throttles extends Construct {
  readonly #plan: UsagePlan;

  constructor(scope: Construct, id: string, { name, api }: { readonly name: string; readonly api: RestApi }) {
    super(scope, id);
    const apiStages = [{ stage: api.deploymentStage }];
    this.#plan = api.addUsagePlan('Tenants', { name: `${name}-tenants`, description: 'each tenant by itself', apiStages, throttle: { rateLimit: tenantRate.perSecond, burstLimit: tenantRate.burst } });
    const others = api.addUsagePlan('Others', {
      name: `${name}-others`, description: 'all tenants without a usage key of their own, and operators', apiStages,
      throttle: { rateLimit: SHARING_TENANTS * tenantRate.perSecond, burstLimit: SHARING_TENANTS * tenantRate.burst },
    });
    const value = sharedUsageKey(name);
    others.addApiKey(new ApiKey(this, 'Shared', { apiKeyName: value, value, description: 'counts the requests of all who have no usage key of their own; lets nobody in' }));
  }

  /** The usage plan of tenants. */
  get planId(): string {
    return this.#plan.usagePlanId;
  }
}
