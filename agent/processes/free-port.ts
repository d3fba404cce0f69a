import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports of instances are taken from 20000 to 31999: below the range from which Linux gives ports to outgoing connections (32768 to 60999,
 * `net.ipv4.ip_local_port_range`), where a busy proxy's own connection could hold the port at the moment the instance wants it.
 */
const FIRST_PORT = 20_000;
const PORT_COUNT = 12_000;

/** With half of all ports taken, 40 random tries all fail once in 2^40. */
const TRIES = 40;

/** A loopback port that nobody listens on now and that is not among those given away already. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST_PORT + randomInt(PORT_COUNT);
    if (!taken.has(port) && (await portProblem(port, '127.0.0.1')) === undefined) return port;
  }
  throw new Error(`no free port was found from ${FIRST_PORT} to ${FIRST_PORT + PORT_COUNT - 1}`);
}

/** Why one cannot listen on a port; `undefined` when one can. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error && error.code === 'EADDRINUSE' ? `the port ${port} is in use by another program` : `one cannot listen on port ${port}: ${error.message}`));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
