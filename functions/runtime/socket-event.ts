import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, APIGatewayEventWebsocketRequestContextV2 } from 'aws-lambda';
import * as z from 'zod';

import type { Caller } from '#application/context';
import type { SocketGateway } from '#aws/socket-gateway';
import { Failure } from '#contracts/errors';
import { role } from '#contracts/roles';

import { denialOf, headerOf, policyFor, refusedBy } from './authorization.ts';

const authorized = z.object({ tenant: z.string(), keyId: z.string(), keyName: z.string(), role, target: z.string().transform((target) => (target === '' ? null : target)) });

/** What the gateway tells of a connection with each of its messages; the authorizer's context comes along. */
export type SocketContext = APIGatewayEventWebsocketRequestContextV2 & { readonly authorizer?: unknown };

/** Who opened the connection, as the authorizer found out. */
export function callerOfContext(context: SocketContext): Caller {
  return authorized.parse(context.authorizer);
}

/** The authorizer's handler. The caller comes back as texts with each message of the connection. */
export function connecting(openGateway: () => Promise<Pick<SocketGateway, 'admit'>>) {
  return async ({ headers, queryStringParameters, methodArn, requestContext }: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    try {
      const gateway = await openGateway();
      const caller = await gateway.admit({ authorization: headerOf(headers, 'authorization'), ticket: queryStringParameters?.['ticket'], clientAddress: requestContext.identity.sourceIp });
      const { tenant, keyId, keyName, role: has, target } = caller;
      return { ...policyFor(caller, methodArn), context: { tenant, keyId, keyName, role: has, target: target ?? '' } };
    } catch (error) {
      if (error instanceof Failure && error.code === 'forbidden') return denialOf(methodArn);
      throw refusedBy(error);
    }
  };
}
