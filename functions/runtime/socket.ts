import { tell } from '#application/http/problem-answer';
import { openedOnce } from '#aws/opened-once';
import { SocketGateway } from '#aws/socket-gateway';

import { opened } from './engine.ts';
import { openStream, report } from './outside.ts';
import { openTicketSigner } from './tickets.ts';

const { ports } = opened;

/** The WebSockets' side of this function. */
export const openGateway = openedOnce(async () => {
  const [stream, { isSigned: isTicket }] = await Promise.all([openStream(), openTicketSigner()]);
  return new SocketGateway({
    connections: ports.connections, events: ports.events, clock: ports.clock, stream, openStream, isTicket, rateLimits: opened.rateLimits, tell: (error) => tell(error, { traceId: ports.ids.trace(), operation: 'stream' }, report),
  });
});
