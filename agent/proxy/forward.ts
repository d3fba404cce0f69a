import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';

import { Attempts } from '#agent/proxy/attempts';
import type { NoAnswer } from '#agent/proxy/attempts';
import type { Counts } from '#agent/proxy/counts';
import { Exchange } from '#agent/proxy/exchange';
import type { OpenExchanges } from '#agent/proxy/exchange';
import { hasContent, pairs, responseHeaders } from '#agent/proxy/headers';
import type { Route, Router } from '#agent/proxy/router';

/** What forwarding needs beside the request. */
export type Forwarding = {
  readonly router: Router;
  readonly counts: Counts;
  readonly open: OpenExchanges;
  /** Whether the client is asked to make a new connection for its next request, since nobody listens any more where it came from. */
  readonly leaving: () => boolean;
};

/** Sends a request to an instance of its side and the answer back, both as streams: neither is held in memory, the slower end sets the pace. */
export function forward(to: Forwarding, request: IncomingMessage, response: ServerResponse): void {
  const route = to.router.route(request.headers);
  if (route === undefined) {
    answerForRelease(to, response, { status: 503, reason: 'no side serves' });
    return;
  }
  const exchange = new Exchange(route.side.release, to.counts, to.open);
  const attempts = new Attempts(to.router, route.side, {
    request,
    upgrade: false,
    listener: {
      connected: (call) => sendContent(request, call),
      goOn: () => {
        if (request.headers.expect !== undefined && !response.headersSent) response.writeContinue();
      },
      answer: (answer, call) => {
        exchange.answered();
        sendBack({ to, route, exchange, attempts }, { answer, call, request, response });
      },
      upgraded: (_answer, socket) => {
        // The client did not ask for another protocol, so that it would not understand it.
        socket.destroy();
        attempts.end();
        exchange.settle(true);
        answerForRelease(to, response, { status: 502, reason: 'the instance changed the protocol unasked' });
      },
      failed: (why) => {
        exchange.settle(true);
        answerForRelease(to, response, why);
      },
    },
  });
  response.once('close', () => {
    if (response.writableFinished) return;
    attempts.end();
    exchange.abandoned();
  });
  attempts.begin();
}

type Way = { readonly to: Forwarding; readonly route: Route; readonly exchange: Exchange; readonly attempts: Attempts };
type Messages = { readonly answer: IncomingMessage; readonly call: ClientRequest; readonly request: IncomingMessage; readonly response: ServerResponse };

function sendContent(request: IncomingMessage, call: ClientRequest): void {
  if (!hasContent(request)) {
    call.end();
    return;
  }
  // The head goes out before the content comes: a client that expects 100 (Continue) sends none until the instance has agreed.
  call.flushHeaders();
  request.once('end', () => {
    if (request.rawTrailers.length > 0) call.addTrailers(pairs(request.rawTrailers));
    call.end();
  });
  request.pipe(call, { end: false });
}

function sendBack({ to, route, exchange, attempts }: Way, { answer, call, request, response }: Messages): void {
  const status = answer.statusCode ?? 502;
  try {
    response.writeHead(status, answer.statusMessage, [...responseHeaders(answer, { setCookie: route.setCookie, close: to.leaving() })]);
  } catch (error) {
    attempts.end();
    exchange.settle(true);
    answerForRelease(to, response, { status: 502, reason: `the instance's answer cannot be passed on: ${String(error)}` });
    return;
  }
  // A short answer's head and content go out together; of a stream that begins with silence, the head goes alone.
  setImmediate(() => {
    if (!response.writableEnded && !response.destroyed) response.flushHeaders();
  });
  answer.once('end', () => {
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers));
    // An instance may answer before it has read all; the rest of the content is then of no use to anybody.
    if (call.writableFinished) attempts.finish();
    else attempts.end();
    request.unpipe(call);
    request.resume();
    exchange.settle(status >= 500);
    response.end();
  });
  answer.once('error', () => {
    attempts.end();
    exchange.settle(true);
    // The head has gone out: only a broken connection tells the client that the rest is missing.
    response.destroy();
  });
  answer.pipe(response, { end: false });
}

/** Answers in place of an instance, and counts that. */
function answerForRelease(to: Forwarding, response: ServerResponse, why: NoAnswer): void {
  to.counts.failedByProxy();
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = `${JSON.stringify({ status: why.status, title: 'No instance answered', detail: why.reason })}\n`;
  response.writeHead(why.status, { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store', connection: 'close' });
  response.end(body);
}
