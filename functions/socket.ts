import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2WithRequestContext } from 'aws-lambda';

import { around, logAbout } from './runtime/handler.ts';
import { openGateway } from './runtime/socket.ts';
import { callerOfContext } from './runtime/socket-event.ts';
import type { SocketContext } from './runtime/socket-event.ts';
import { statusOf } from './runtime/socket-status.ts';

/** Keeps account of open WebSockets and takes their messages. Who they are was found out by the authorizer when they were opened. */
export const handler = around(async (event: APIGatewayProxyWebsocketEventV2WithRequestContext<SocketContext>): Promise<APIGatewayProxyResult> => {
  const { eventType, connectionId } = event.requestContext;
  const from = { connection: connectionId, caller: callerOfContext(event.requestContext) };
  logAbout({ tenant: from.caller.tenant });
  const gateway = await openGateway();
  if (eventType === 'CONNECT') return { statusCode: await statusOf(gateway.opened(from)), body: '' };
  if (eventType === 'DISCONNECT') await gateway.closed(from);
  else await gateway.received(from, event.body ?? '');
  return { statusCode: 200, body: '' };
});
