import { once } from 'node:events';
import type { Server } from 'node:http';

/** The longest that requests may take to end when the server stops; use cases end within it, as their ports are bounded. */
const GRACE_MILLISECONDS = 10_000;

/** How often connections that have become idle are closed while the server stops. */
const SWEEP_MILLISECONDS = 50;

/** Begins to listen and answers the port. Rejects with the system's error, as EADDRINUSE. */
export async function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  server.listen({ host: at.host, port: at.port });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens at no port');
  return address.port;
}

/**
 * Takes no new connections, tells kept ones that this answer is the last, closes the WebSockets, waits for running requests, and cuts
 * what is left after the grace.
 */
export async function stop(server: Server, closeStreams: () => Promise<void>): Promise<void> {
  const closed = once(server, 'close');
  server.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close');
  });
  server.close();
  // A kept connection whose last answer began before the stop would stay until its own time-out.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MILLISECONDS);
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MILLISECONDS);
  await closeStreams();
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
