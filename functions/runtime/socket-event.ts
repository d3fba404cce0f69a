import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, APIGatewayEventWebsocketRequestContextV2 } from 'aws-lambda';
import * as z from 'zod';

import type { Caller } from '#application/context';
import type { SocketGateway } from '#aws/socket-gateway';
import { Failure } from '#contracts/errors';
import { role } from '#contracts/roles';

const authorized = z.object({ tenant: z.string(), keyId: z.string(), keyName: z.string(), role, target: z.string().transform((target) => (target === '' ? null : target)) });

/** What the gateway tells of a connection with each of its messages; the authorizer's context comes along. */
export type SocketContext = APIGatewayEventWebsocketRequestContextV2 & { readonly authorizer?: unknown };

/** Who opened the connection, as the authorizer found out. */
export function callerOfContext(context: SocketContext): Caller {
  return authorized.parse(context.authorizer);
}

/** The authorizer's handler. The caller comes back as texts with each message of the connection. */
export function connecting(gateway: SocketGateway) {
  return async ({ headers, queryStringParameters, methodArn, requestContext }: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const authorization = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    try {
      const caller = await gateway.admit({ authorization, ticket: queryStringParameters?.['ticket'], clientAddress: requestContext.identity.sourceIp });
      const { tenant, keyId, keyName, role: has, target } = caller;
      return {
        principalId: `${tenant}/${keyId}`, policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }] },
        context: { tenant, keyId, keyName, role: has, target: target ?? '' },
      };
    } catch (error) {
      // This very text makes the gateway answer 401.
      if (error instanceof Failure) throw new Error('Unauthorized', { cause: error });
      throw error;
    }
  };
}
