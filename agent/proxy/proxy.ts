import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ProxyState } from '#agent/proxy/control-messages';
import type { ProxyConfiguration } from '#agent/proxy/configuration';
import { Counts } from '#agent/proxy/counts';
import type { CountedSecond } from '#agent/proxy/counts';
import { Front } from '#agent/proxy/front';
import { Router } from '#agent/proxy/router';

/** Whether a configuration was taken, and why not. */
export type Configured = { readonly taken: true } | { readonly taken: false; readonly reason: string };

/** A leaving proxy waits an hour for its last connection (a WebSocket knows no end), and then a minute for somebody to read its last counts. */
const LEAVE_MILLISECONDS = 3_600_000;
const LAST_COUNTS_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 200;

/** 60 seconds with two releases of 600 buckets each, about 12 bytes a bucket, are below 1 MB. */
const SECONDS_AT_ONCE = 60;

/** One weighted proxy: what it is told, what it does, what it has counted. */
export class Proxy {
  readonly id: string;
  readonly version: string;
  readonly router = new Router((limit) => randomInt(limit));
  readonly counts: Counts;
  readonly front: Front;
  readonly #now: () => number;
  #readUntilSecond = 0;

  constructor(id: string, version: string, now: () => number) {
    this.id = id;
    this.version = version;
    this.#now = now;
    this.counts = new Counts(now);
    this.front = new Front(this.router, this.counts);
  }

  /** Goes by a configuration from now on, if it is newer than the present one and its ports can be had. */
  async configure(configuration: ProxyConfiguration): Promise<Configured> {
    const present = this.router.configuration?.revision ?? 0;
    if (configuration.revision < present) return { taken: false, reason: `revision ${configuration.revision} is older than ${present}` };
    try {
      await this.front.listen(configuration.ports, configuration.host);
    } catch (error) {
      return { taken: false, reason: error instanceof Error ? error.message : String(error) };
    }
    this.router.configure(configuration);
    return { taken: true };
  }

  /** The counts of seconds that are over and come after this one, which the reader has. */
  read(afterSecond: number): readonly CountedSecond[] {
    this.#readUntilSecond = Math.max(this.#readUntilSecond, afterSecond);
    return this.counts.after(afterSecond, SECONDS_AT_ONCE);
  }

  state(): ProxyState {
    return {
      id: this.id,
      version: this.version,
      revision: this.router.configuration?.revision ?? 0,
      ports: [...this.front.ports],
      inFlight: { ...this.router.upstreams.inFlight() },
      connections: this.front.connections,
      leaving: this.front.leaving,
    };
  }

  /** Accepts nobody any more, and resolves when nobody is left and the last counts were read, or the time for that is over. */
  async leave(): Promise<void> {
    this.front.leave();
    const begun = this.#now();
    // Whoever asked for it is answered first.
    await sleep(LOOK_MILLISECONDS);
    while (this.front.connections > 0 && this.#now() - begun < LEAVE_MILLISECONDS) await sleep(LOOK_MILLISECONDS);
    const emptyAt = this.#now();
    while (this.#hasUnread() && this.#now() - emptyAt < LAST_COUNTS_MILLISECONDS) await sleep(LOOK_MILLISECONDS);
    this.front.end();
  }

  /** Whether somebody may still want counts: what came in the last second is only complete when that is over. */
  #hasUnread(): boolean {
    return this.counts.after(this.#readUntilSecond, 1).length > 0 || this.counts.counting;
  }
}
