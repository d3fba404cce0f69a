import type { Server } from 'node:http';

import type { Api } from '#application/http/api';
import { Failure } from '#contracts/errors';
import type { Ids } from '#ports/clock';

import { refuseUpgrade } from './refuse-upgrade.ts';

/** What Node says of a request that it could not read to its end. */
type Unreadable = Error & { readonly code?: string };

/**
 * Answers what is no request, or one with more headers than are read, with a problem, and closes: nothing after it on the connection could be
 * understood. Who sent too slowly, or has gone, is cut without a word.
 */
export function refuseUnreadable(server: Server, api: Api, ids: Ids): void {
  server.on('clientError', (error: Unreadable, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    refuseUpgrade(socket, api.refuse(failureOf(error), ids.trace()));
  });
}

function failureOf({ code }: Unreadable): Failure {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Failure('headers-too-large', `address and headers may have ${MAXIMUM_HEADER_BYTES} bytes together`);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure('malformed-request', 'the request was not whole within the time that one may take');
    default:
      return new Failure('malformed-request', 'this is no request of HTTP/1.1');
  }
}

/** Address and headers of one request: they hold the largest key, trace and cursor many times over. */
export const MAXIMUM_HEADER_BYTES = 16_384;
