import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { tenantRate } from '#contracts/rates';
import { sharedUsageKey } from '#contracts/usage-keys';

import { synthesize } from './synthesized.ts';

const controlPlane = synthesize();
const stage = controlPlane.of('AWS::ApiGateway::Stage').map(([id]) => ({ Ref: id }));
const plan = z.object({ UsagePlanName: z.string(), ApiStages: z.tuple([z.object({ Stage: z.unknown() })]), Throttle: z.object({ RateLimit: z.int(), BurstLimit: z.int() }) });
const environmentOf = (name: string) => controlPlane.properties('AWS::Lambda::Function', z.object({ FunctionName: z.string(), Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })).find(({ FunctionName }) => FunctionName === `sluice-${name}`)?.Environment.Variables;

describe('the throttles of tenants', () => {
  it('hold for each usage key by itself, as many requests as the API lets in', () => {
    expect(controlPlane.of('AWS::ApiGateway::UsagePlan').filter(([, { Properties }]) => 'Quota' in Properties)).toEqual([]);
    expect(controlPlane.properties('AWS::ApiGateway::UsagePlan', plan)).toEqual([
      { UsagePlanName: 'sluice-tenants', ApiStages: [{ Stage: stage[0] }], Throttle: { RateLimit: tenantRate.perSecond, BurstLimit: tenantRate.burst } },
      { UsagePlanName: 'sluice-others', ApiStages: [{ Stage: stage[0] }], Throttle: { RateLimit: 4 * tenantRate.perSecond, BurstLimit: 4 * tenantRate.burst } },
    ]);
  });

  it('are by a key that the authorizer names, never the client', () => {
    expect(controlPlane.properties('AWS::ApiGateway::RestApi', z.object({ ApiKeySourceType: z.string() }))).toEqual([{ ApiKeySourceType: 'AUTHORIZER' }]);
    const methods = controlPlane.properties('AWS::ApiGateway::Method', z.object({ AuthorizationType: z.string(), ApiKeyRequired: z.boolean().default(false) }));
    for (const { AuthorizationType, ApiKeyRequired } of methods) expect(ApiKeyRequired).toBe(AuthorizationType === 'CUSTOM');
    expect(methods.some(({ ApiKeyRequired }) => ApiKeyRequired)).toBe(true);
  });

  it('have a key for all who have none of their own, in a plan of its own', () => {
    const keys = controlPlane.of('AWS::ApiGateway::ApiKey');
    expect(keys.map(([, { Properties }]) => Properties['Value'])).toEqual([sharedUsageKey('sluice')]);
    const others = controlPlane.of('AWS::ApiGateway::UsagePlan').find(([, { Properties }]) => Properties['UsagePlanName'] === 'sluice-others')?.[0];
    expect(controlPlane.properties('AWS::ApiGateway::UsagePlanKey', z.unknown())).toEqual([{ KeyId: { Ref: keys[0]?.[0] }, KeyType: 'API_KEY', UsagePlanId: { Ref: others } }]);
  });

  it('are made by a function that knows the plan, by names that the authorizer knows too', () => {
    const tenants = controlPlane.of('AWS::ApiGateway::UsagePlan').find(([, { Properties }]) => Properties['UsagePlanName'] === 'sluice-tenants')?.[0];
    expect(environmentOf('throttle-tenant')).toMatchObject({ SLUICE_USAGE_KEY_PREFIX: 'sluice', SLUICE_USAGE_PLAN: { Ref: tenants }, SLUICE_USAGE_API: { Ref: controlPlane.of('AWS::ApiGateway::RestApi')[0]?.[0] } });
    expect(environmentOf('authorizer')).toMatchObject({ SLUICE_USAGE_KEY_PREFIX: 'sluice' });
    expect(environmentOf('api')).not.toHaveProperty('SLUICE_USAGE_KEY_PREFIX');
  });

  it('tell whoever is throttled when to come again', () => {
    const answers = controlPlane.properties('AWS::ApiGateway::GatewayResponse', z.object({ ResponseType: z.string(), StatusCode: z.string(), ResponseParameters: z.record(z.string(), z.string()) }));
    for (const type of ['THROTTLED', 'QUOTA_EXCEEDED']) {
      const answer = answers.find(({ ResponseType }) => ResponseType === type);
      expect(answer?.StatusCode).toBe('429');
      expect(answer?.ResponseParameters['gatewayresponse.header.retry-after']).toMatch(/^'\d+'$/);
    }
  });
});
