import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';

import { handOverRequest } from '#agent/proxy/control-messages';
import type { HandOverRequest } from '#agent/proxy/control-messages';
import { proxyConfiguration } from '#agent/proxy/configuration';
import type { Proxy } from '#agent/proxy/proxy';

/** What the control channel can ask for beside what the proxy itself does. */
export type ControlActions = {
  /** Starts a successor that takes over; resolves when it has. */
  readonly handOver: (request: HandOverRequest) => Promise<void>;
  /** Ends this proxy once its connections have ended. */
  readonly leave: () => void;
};

type Answer = { readonly status: number; readonly body: unknown };

/** A configuration with 1000 instances on each side is below 200 kB. */
const MAXIMUM_BODY_BYTES = 1_000_000;

/**
 * The control channel: JSON over HTTP on a Unix socket that only the agent's user can open.
 * `GET /state`, `PUT /configuration`, `GET /counts?after=SECOND`, `POST /hand-over`, `POST /leave`.
 */
export function serveControl(proxy: Proxy, actions: ControlActions, socketPath: string): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = async () => {
      const { status, body } = await answerTo(proxy, actions, request).catch((error: unknown) => ({ status: 400, body: { reason: error instanceof Error ? error.message : String(error) } }));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    void answer();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

async function answerTo(proxy: Proxy, actions: ControlActions, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://control');
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /state':
      return { status: 200, body: proxy.state() };
    case 'GET /counts':
      return { status: 200, body: { seconds: proxy.read(Number(url.searchParams.get('after') ?? 0)) } };
    case 'PUT /configuration': {
      const configured = await proxy.configure(proxyConfiguration.parse(await readJson(request)));
      return configured.taken ? { status: 200, body: { leaving: proxy.front.leaving } } : { status: 409, body: { reason: configured.reason } };
    }
    case 'POST /hand-over':
      await actions.handOver(handOverRequest.parse(await readJson(request)));
      return { status: 200, body: {} };
    case 'POST /leave':
      actions.leave();
      return { status: 202, body: {} };
    default:
      return { status: 404, body: { reason: `there is no ${request.method} ${url.pathname}` } };
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAXIMUM_BODY_BYTES) throw new Error(`the body is larger than ${MAXIMUM_BODY_BYTES} bytes`);
    chunks.push(bytes);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
