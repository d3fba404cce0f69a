import { SocketGateway } from '#aws/socket-gateway';

import { openApi, opened } from './engine.ts';

const api = await openApi();
const { ports } = opened;

/** The WebSockets' side of this function. */
export const gateway = new SocketGateway({
  connections: ports.connections, events: ports.events, stream: api.stream, tell: (error) => api.tell(error, { traceId: ports.ids.trace(), operation: 'stream' }),
});
