import { Agent } from 'node:http';

import type { ProxyConfiguration, ProxySide } from '#agent/proxy/configuration';

/**
 * A connection that was idle for 1.5 s is closed and not used again. Servers close idle connections after 2 s (gunicorn) to 75 s (nginx), so a
 * request hardly ever meets a connection that its server is just closing; under load connections are used again long before.
 */
const IDLE_MILLISECONDS = 1500;

/** Idle connections kept per instance; more than are idle at once on a busy machine, and far below the 1024 descriptors that are usual. */
const MAXIMUM_IDLE_CONNECTIONS = 128;

/** One instance that requests are sent to, with its connections and what is under way to it. */
export class Upstream {
  readonly id: string;
  readonly port: number;
  readonly agent = new Agent({ keepAlive: true, timeout: IDLE_MILLISECONDS, maxFreeSockets: MAXIMUM_IDLE_CONNECTIONS });
  inFlight = 0;

  constructor(id: string, port: number) {
    this.id = id;
    this.port = port;
  }
}

/** The instances of all sides. One that is taken away is kept until nothing is under way to it any more. */
export class Upstreams {
  #byId = new Map<string, Upstream>();
  #configured = new Set<string>();
  #turns = new Map<string, number>();

  /** Takes over the instances of a configuration. */
  configure(sides: ProxyConfiguration['sides']): void {
    const all = [sides.new, sides.stable].flatMap((side) => side?.instances ?? []);
    this.#configured = new Set(all.map((one) => one.id));
    for (const { id, port } of all) {
      // A restarted instance listens on another port; what is under way to the old one ends by itself.
      if (this.#byId.get(id)?.port !== port) this.#byId.set(id, new Upstream(id, port));
    }
    for (const upstream of this.#byId.values()) this.#dropIfIdle(upstream);
    this.#turns = new Map([...this.#turns].filter(([key]) => key === sides.new?.key || key === sides.stable?.key));
  }

  /** The next instance of a side in turn, leaving out those already tried; `undefined` when none is left. */
  next(side: ProxySide, tried: ReadonlySet<string>): Upstream | undefined {
    const turn = this.#turns.get(side.key) ?? 0;
    this.#turns.set(side.key, (turn + 1) % 1_000_000);
    for (let offset = 0; offset < side.instances.length; offset += 1) {
      const candidate = side.instances[(turn + offset) % side.instances.length];
      const upstream = candidate === undefined || tried.has(candidate.id) ? undefined : this.#byId.get(candidate.id);
      if (upstream !== undefined) return upstream;
    }
    return undefined;
  }

  begin(upstream: Upstream): void {
    upstream.inFlight += 1;
  }

  finish(upstream: Upstream): void {
    upstream.inFlight -= 1;
    this.#dropIfIdle(upstream);
  }

  /** How much is under way per instance, also to those that were taken away. */
  inFlight(): { readonly [instance: string]: number } {
    return Object.fromEntries([...this.#byId.values()].map((one) => [one.id, one.inFlight]));
  }

  #dropIfIdle(upstream: Upstream): void {
    if (upstream.inFlight > 0 || (this.#configured.has(upstream.id) && this.#byId.get(upstream.id) === upstream)) return;
    upstream.agent.destroy();
    if (this.#byId.get(upstream.id) === upstream) this.#byId.delete(upstream.id);
  }
}
