import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { freePort } from '#agent/processes/free-port';
import type { ProxyConfiguration } from '#agent/proxy/configuration';
import { Proxy } from '#agent/proxy/proxy';

/** A proxy in this process, in front of servers that a test gives it; all of it ends with `close`. */
export class RunningProxy {
  readonly proxy = new Proxy('p-test', '1', () => Date.now());
  readonly #servers: Server[] = [];
  #revision = 0;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts a server that answers by a listener; answers its port. */
  async upstream(listener: RequestListener, change: (server: Server) => void = () => undefined): Promise<number> {
    const server = createServer(listener);
    change(server);
    this.#servers.push(server);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return portOf(server);
  }

  /** Sets sides by the ports of their instances. */
  async configure(change: { readonly new?: readonly number[]; readonly stable?: readonly number[]; readonly weightPercent: number; readonly sticky?: ProxyConfiguration['sticky'] }): Promise<void> {
    if (this.#port === 0) this.#port = await freePort(new Set());
    this.#revision += 1;
    const side = (release: string, key: string, ports: readonly number[] | undefined) => (ports === undefined ? null : { key, release, instances: ports.map((port) => ({ id: `i-${port}`, port })) });
    const configured = await this.proxy.configure({
      revision: this.#revision, application: 'shop', component: 'web', host: '127.0.0.1', ports: [this.#port], weightPercent: change.weightPercent, sticky: change.sticky ?? null,
      sides: { new: side('2.0.0', '22222222', change.new), stable: side('1.0.0', '11111111', change.stable) },
    });
    if (!configured.taken) throw new Error(configured.reason);
  }

  /** What was counted so far per release, also in the present second. */
  counted(): { readonly [release: string]: { readonly requests: number; readonly errors: number } } {
    const totals: { [release: string]: { requests: number; errors: number } } = {};
    for (const { release, requests, errors } of this.#seconds().flatMap((second) => second.releases)) {
      const total = (totals[release] ??= { requests: 0, errors: 0 });
      total.requests += requests;
      total.errors += errors;
    }
    return totals;
  }

  failedByProxy(): number {
    return this.#seconds().reduce((sum, second) => sum + second.failedByProxy, 0);
  }

  close(): void {
    this.proxy.front.leave();
    this.proxy.front.end();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  #seconds() {
    return this.proxy.counts.all();
  }
}

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address.port;
}
