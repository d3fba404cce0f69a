import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { Attempts } from '#agent/proxy/attempts';
import { Exchange } from '#agent/proxy/exchange';
import type { Forwarding } from '#agent/proxy/forward';
import { responseHeaders } from '#agent/proxy/headers';
import { limits } from '#agent/proxy/limits';

/**
 * Passes a WebSocket through: once an instance has agreed, bytes go both ways untouched until one end closes. An instance that does not agree
 * is heard like any other: its answer goes back.
 */
export function forwardUpgrade(to: Forwarding, request: IncomingMessage, client: { readonly socket: Socket; readonly head: Buffer }): void {
  const { socket, head } = client;
  socket.on('error', () => socket.destroy());
  const route = to.router.route(request.headers);
  if (route === undefined) {
    refuse(to, socket, 503);
    return;
  }
  const exchange = new Exchange(route.side.release, to.counts, to.open);
  const attempts = new Attempts(to.router, route.side, {
    request,
    upgrade: true,
    listener: {
      connected: (call) => call.end(),
      goOn: () => undefined,
      answer: (answer) => {
        exchange.answered();
        sendRefusal(request, socket, { answer, close: () => {
          attempts.end();
          exchange.settle((answer.statusCode ?? 502) >= 500);
        } });
      },
      upgraded: (answer, instance, firstBytes) => {
        exchange.answered();
        exchange.settle(false);
        socket.write(headOf(answer, route.setCookie));
        join(socket, instance, { toClient: firstBytes, toInstance: head });
        instance.once('close', () => attempts.end());
      },
      failed: (why) => {
        exchange.settle(true);
        refuse(to, socket, why.status);
      },
    },
  });
  socket.once('close', () => {
    attempts.end();
    exchange.abandoned();
  });
  attempts.begin();
}

function join(client: Socket, instance: Socket, first: { readonly toClient: Buffer; readonly toInstance: Buffer }): void {
  for (const [from, to] of [[client, instance], [instance, client]] as const) {
    from.setNoDelay(true);
    from.setTimeout(limits.idleSeconds * 1000, () => from.destroy());
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroySoon());
    from.pipe(to);
  }
  if (first.toClient.length > 0) client.write(first.toClient);
  if (first.toInstance.length > 0) instance.write(first.toInstance);
}

/** The head of an answer 101, with the connection's own headers, which here belong to the agreement. Source: RFC 6455, section 4.2.2. */
function headOf(answer: IncomingMessage, setCookie: string | undefined): string {
  const headers = responseHeaders(answer, { setCookie, close: false });
  const lines = Array.from({ length: headers.length / 2 }, (_, index) => `${headers[2 * index]}: ${headers[2 * index + 1]}`);
  return [`HTTP/1.1 101 ${answer.statusMessage ?? 'Switching Protocols'}`, 'Connection: Upgrade', `Upgrade: ${answer.headers.upgrade ?? 'websocket'}`, ...lines, '', ''].join('\r\n');
}

function sendRefusal(request: IncomingMessage, socket: Socket, given: { readonly answer: IncomingMessage; readonly close: () => void }): void {
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  response.writeHead(given.answer.statusCode ?? 502, given.answer.statusMessage, [...responseHeaders(given.answer, { setCookie: undefined, close: true })]);
  response.once('finish', () => socket.destroySoon());
  given.answer.once('end', given.close);
  given.answer.once('error', () => {
    given.close();
    socket.destroy();
  });
  given.answer.pipe(response);
}

function refuse(to: Forwarding, socket: Socket, status: 502 | 503 | 504): void {
  to.counts.failedByProxy();
  socket.end(`HTTP/1.1 ${status} No instance answered\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
