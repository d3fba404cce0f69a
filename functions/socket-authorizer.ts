import { around } from './runtime/handler.ts';
import { openGateway } from './runtime/socket.ts';
import { connecting } from './runtime/socket-event.ts';

/** Lets somebody open a WebSocket: by key, or by a ticket that is used up. */
export const handler = around(connecting(openGateway));
