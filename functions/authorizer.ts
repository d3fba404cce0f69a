import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

import { callerOf, createAuthenticator } from '#application/http/authenticate';
import { createHttpMetrics } from '#application/http/http-metrics';
import { defaultHttpSettings } from '#application/http/exchange';
import { createMetrics } from '#application/http/metrics';
import { Failure } from '#contracts/errors';
import { MemoryRateLimits } from '#engine/memory-rate-limits';

import { opened } from './runtime/engine.ts';
import { around, logAbout } from './runtime/handler.ts';
import { usageOf } from './runtime/usage.ts';

const { ports } = opened;
const authenticator = createAuthenticator({ ports, rateLimits: new MemoryRateLimits(ports.clock), metrics: createHttpMetrics(createMetrics()), settings: defaultHttpSettings });

/**
 * Lets known keys in and keeps strangers from every other function. The gateway may keep the answer for a minute, so the API looks at the key again:
 * a revoked one is refused at once.
 */
export const handler = around(async ({ headers, methodArn, requestContext }: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  const given = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  try {
    const { tenant, keyId } = callerOf(await authenticator.authenticate(given, requestContext.identity.sourceIp));
    logAbout({ tenant });
    // The answer is kept for all methods of the stage, so it must be good for all of them.
    const Resource = methodArn.split('/').slice(0, 2).join('/').concat('/*');
    return { principalId: `${tenant}/${keyId}`, policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }] }, context: { tenant }, ...await usageOf(tenant) };
  } catch (error) {
    // This very text makes the gateway answer 401.
    if (error instanceof Failure) throw new Error('Unauthorized', { cause: error });
    throw error;
  }
});
