import type { IncomingMessage } from 'node:http';

import { hasContent, pairs } from '#agent/proxy/headers';

/** Why a request is not passed on: the client made it so that two readers could understand it differently, or as nobody here can. */
export type Unclear = { readonly status: 400 | 501; readonly reason: string };

/**
 * Finds what Node's parser lets through and an instance might read in another way: a host given twice (RFC 9112, section 3.2: to be refused
 * with 400), and a coding of the content other than `chunked` (section 6.1: 501), of which only the outermost layer would be passed on.
 */
export function unclear(request: IncomingMessage): Unclear | undefined {
  const hosts = pairs(request.rawHeaders).filter(([name]) => name.toLowerCase() === 'host');
  if (hosts.length > 1) return { status: 400, reason: 'Host is given more than once' };
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') return { status: 501, reason: `Transfer-Encoding ${coding.slice(0, 100)} is not known; chunked is` };
  return undefined;
}

/**
 * Whether a request asks for a WebSocket, as RFC 6455, section 4.1 has it: a GET, and so without content, which would be taken for bytes of the
 * new protocol. Any other is answered in HTTP/1.1, as RFC 9110, section 7.8 allows.
 */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket' && request.method === 'GET' && !hasContent(request) && unclear(request) === undefined;
}
