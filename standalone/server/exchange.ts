import type { IncomingMessage, ServerResponse } from 'node:http';

import type { HttpAnswer, HttpHeaders, HttpRequest } from '#application/http/exchange';
import { Failure } from '#contracts/errors';

/** Makes a request of the engine's kind of Node's. */
export function requestOf(message: IncomingMessage, scheme: 'http' | 'https'): HttpRequest {
  const [path = '/', ...query] = (message.url ?? '/').split('?');
  return {
    method: message.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: joined(message.headers),
    readBody: (maximumBytes) => readBody(message, maximumBytes),
    clientAddress: message.socket.remoteAddress ?? '',
    ...(message.headers.host === undefined ? {} : { baseUrl: `${scheme}://${message.headers.host}` }),
  };
}

/** Writes an answer; a body that nobody read is left to Node, which throws it away within the time that a request may take. */
export function send(response: ServerResponse, answer: HttpAnswer): void {
  response.writeHead(answer.status, answer.body === '' ? answer.headers : { ...answer.headers, 'content-length': `${Buffer.byteLength(answer.body)}` });
  response.end(answer.body);
}

/** Stops reading as soon as there is too much, whatever was announced. */
async function readBody(message: IncomingMessage, maximumBytes: number): Promise<Uint8Array | 'too-large'> {
  if (Number(message.headers['content-length'] ?? 0) > maximumBytes) return 'too-large';
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Not "for await": leaving such a loop destroys the socket, and the answer with it.
  return new Promise((resolve, reject) => {
    message.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maximumBytes) resolve('too-large');
      else chunks.push(chunk);
    });
    message.on('end', () => resolve(Buffer.concat(chunks)));
    const gone = () => reject(new Failure('malformed-request', 'the body ended before it was whole'));
    message.on('error', gone);
    message.on('close', gone);
  });
}

function joined(headers: IncomingMessage['headers']): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}
