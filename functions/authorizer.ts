import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

import { callerOf, createAuthenticator } from '#application/http/authenticate';

import { headerOf, policyFor, refusedBy } from './runtime/authorization.ts';
import { around, logAbout } from './runtime/handler.ts';
import { unsigned } from './runtime/outside.ts';
import { usageOf } from './runtime/usage.ts';

const authenticator = createAuthenticator(unsigned);

/**
 * Lets known keys in and keeps strangers from every other function. The gateway may keep the answer for a minute, so the API looks at the key again:
 * a revoked one is refused at once.
 */
export const handler = around(async ({ headers, methodArn, requestContext }: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  try {
    const { tenant, keyId } = callerOf(await authenticator.authenticate(headerOf(headers, 'authorization'), requestContext.identity.sourceIp));
    logAbout({ tenant });
    // The answer is kept for all methods of the stage, so it must be good for all of them.
    const stage = methodArn.split('/').slice(0, 2).join('/').concat('/*');
    return { ...policyFor({ tenant, keyId }, stage), context: { tenant }, ...await usageOf(tenant, requestContext.apiId) };
  } catch (error) {
    throw refusedBy(error);
  }
});
