import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { HttpAnswer } from '#application/http/exchange';

/** Answers a request whose socket is no longer the HTTP server's to write to, as one to upgrade, and closes. */
export function refuseUpgrade(socket: Duplex, answer: HttpAnswer): void {
  const headers = { ...answer.headers, 'content-length': `${Buffer.byteLength(answer.body)}`, connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${answer.body}`);
}
