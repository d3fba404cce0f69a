import type { APIGatewayProxyResult, APIGatewayProxyWebsocketEventV2WithRequestContext } from 'aws-lambda';

import { SocketGateway } from '#aws/socket-gateway';

import { openApi, opened } from './runtime/engine.ts';
import { around, logAbout } from './runtime/handler.ts';
import { connecting, callerOfContext } from './runtime/socket-event.ts';
import type { SocketContext } from './runtime/socket-event.ts';

const api = await openApi();
const { ports } = opened;
const gateway = new SocketGateway({ connections: ports.connections, events: ports.events, stream: api.stream, tell: (error) => api.tell(error, { traceId: ports.ids.trace(), operation: 'stream' }) });

/** Keeps account of open WebSockets and takes their messages. Who they are was found out by the authorizer when they were opened. */
export const handler = around(async (event: APIGatewayProxyWebsocketEventV2WithRequestContext<SocketContext>): Promise<APIGatewayProxyResult> => {
  const { eventType, connectionId } = event.requestContext;
  const from = { connection: connectionId, caller: callerOfContext(event.requestContext) };
  logAbout({ tenant: from.caller.tenant });
  if (eventType === 'CONNECT') await gateway.opened(from);
  else if (eventType === 'DISCONNECT') await gateway.closed(from);
  else await gateway.received(from, event.body ?? '');
  return { statusCode: 200, body: '' };
});

/** The authorizer of `$connect`: by key, or by a ticket that is used up. */
export const authorize = around(connecting(gateway));
