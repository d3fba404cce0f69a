import type { Sample } from '#contracts/samples';
import { emptySketch, mergeSketches } from '#domain/analysis/latency-sketch';
import type { LatencySketch } from '#domain/analysis/latency-sketch';
import { shareOf, sidesOf } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import type { CountedSecond } from '#agent/proxy/counts';

/** What a release of a component did, added up. */
export type ReleaseTotals = { readonly application: string; readonly component: string; readonly release: string; requests: number; errors: number; latency: LatencySketch };

/** What a component's proxies failed themselves. */
export type ProxyTotals = { readonly application: string; readonly component: string; failed: number };

type Named = { readonly application: string; readonly component: string };

/** Proxies keep 300 s; older seconds are of no use to a look. */
const KEPT_SECONDS = 300;

/** A proxy tells at most 60 of its 300 seconds at once. */
const READS = 6;

/**
 * What the proxies of all components have counted, second by second: read from them, kept until the control plane has it, and added up for
 * the metrics. A component may have several proxies while one replaces another; a second is the sum over them.
 */
export class TrafficLedger {
  readonly #now: () => number;
  /** Per component and second, what each proxy counted. */
  readonly #seconds = new Map<string, { readonly named: Named; readonly second: number; readonly byProxy: Map<string, CountedSecond>; sent: boolean }>();
  readonly #readUntil = new Map<string, number>();
  readonly #releases = new Map<string, ReleaseTotals>();
  readonly #proxies = new Map<string, ProxyTotals>();
  #idleToldUntil = 0;
  #collecting: Promise<void> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get releases(): readonly ReleaseTotals[] {
    return [...this.#releases.values()];
  }

  get proxies(): readonly ProxyTotals[] {
    return [...this.#proxies.values()];
  }

  /** Reads what the proxies have counted since the last time; calls while one is under way share it. */
  collect(components: readonly SupervisedComponent[]): Promise<void> {
    this.#collecting ??= this.#collect(components).finally(() => { this.#collecting = undefined; });
    return this.#collecting;
  }

  async #collect(components: readonly SupervisedComponent[]): Promise<void> {
    for (const component of components) {
      const named = { application: component.record.application, component: component.record.component };
      for (let reads = 0; reads < READS && (await this.#read(component, named)); reads += 1);
    }
    const oldest = Math.floor(this.#now() / 1000) - KEPT_SECONDS;
    for (const [key, one] of this.#seconds) if (one.second < oldest) this.#seconds.delete(key);
  }

  /**
   * Samples that the control plane does not have yet, oldest first, at most so many. While somebody looks closely, a serving release without a
   * request is told with zeros, so that its silence is known from a sample that is still missing.
   */
  unsent(components: readonly SupervisedComponent[], given: { readonly maximum: number; readonly closely: boolean }): readonly Sample[] {
    if (given.closely) this.#noteIdle(components);
    const pending = [...this.#seconds.values()].filter((one) => !one.sent).toSorted((left, right) => left.second - right.second);
    const samples: Sample[] = [];
    for (const one of pending) {
      const more = samplesOf(one);
      if (samples.length + more.length > given.maximum) break;
      samples.push(...more);
    }
    return samples;
  }

  /** Notes that samples have arrived. */
  acknowledge(samples: readonly Sample[]): void {
    for (const { application, component, second } of samples) {
      const one = this.#seconds.get(keyOf({ application, component }, second));
      if (one !== undefined) one.sent = true;
    }
  }

  /** Whether a read brought as much as it can, so that there may be more. */
  async #read(component: SupervisedComponent, named: Named): Promise<boolean> {
    const counted = await component.proxies.counts((proxy) => this.#readUntil.get(proxy) ?? 0);
    for (const [proxy, seconds] of counted) for (const second of seconds) this.#take(named, proxy, second);
    return [...counted.values()].some((seconds) => seconds.length >= 60);
  }

  #take(named: Named, proxy: string, counted: CountedSecond): void {
    this.#readUntil.set(proxy, Math.max(counted.second, this.#readUntil.get(proxy) ?? 0));
    const one = this.#second(named, counted.second);
    one.byProxy.set(proxy, counted);
    one.sent = false;
    const failed = this.#proxies.get(keyOf(named)) ?? { ...named, failed: 0 };
    this.#proxies.set(keyOf(named), { ...failed, failed: failed.failed + counted.failedByProxy });
    for (const { release, requests, errors, latency } of counted.releases) {
      const totals = this.#releases.get(keyOf(named, release)) ?? { ...named, release, requests: 0, errors: 0, latency: emptySketch };
      this.#releases.set(keyOf(named, release), { ...totals, requests: totals.requests + requests, errors: totals.errors + errors, latency: mergeSketches([totals.latency, latency]) });
    }
  }

  #noteIdle(components: readonly SupervisedComponent[]): void {
    const present = Math.floor(this.#now() / 1000);
    for (let second = Math.max(this.#idleToldUntil, present - KEPT_SECONDS / 10); second < present; second += 1) {
      for (const { record } of components) {
        const idle = servingReleases(record).map((release) => ({ release, requests: 0, errors: 0, latency: emptySketch }));
        const one = this.#second(record, second);
        if (idle.length > 0 && !one.byProxy.has(NOBODY)) {
          one.byProxy.set(NOBODY, { second, releases: idle, failedByProxy: 0 });
          one.sent = false;
        }
      }
    }
    this.#idleToldUntil = present;
  }

  #second({ application, component }: Named, second: number) {
    const key = keyOf({ application, component }, second);
    const known = this.#seconds.get(key) ?? { named: { application, component }, second, byProxy: new Map<string, CountedSecond>(), sent: false };
    this.#seconds.set(key, known);
    return known;
  }
}

/** Stands in for a proxy where a release's silence is noted. */
const NOBODY = '';

function servingReleases(record: SupervisedComponent['record']): readonly string[] {
  return sidesOf(record.current).filter((side) => shareOf(record.current, side.side) > 0).map((side) => side.release);
}

function samplesOf(one: { readonly named: Named; readonly second: number; readonly byProxy: ReadonlyMap<string, CountedSecond> }): readonly Sample[] {
  const counted = [...one.byProxy.values()].flatMap((second) => second.releases);
  return [...new Set(counted.map((release) => release.release))].map((release) => {
    const own = counted.filter((other) => other.release === release);
    return {
      ...one.named, release, second: one.second, requests: own.reduce((sum, other) => sum + other.requests, 0),
      errors: own.reduce((sum, other) => sum + other.errors, 0), latency: mergeSketches(own.map((other) => other.latency)),
    };
  });
}

function keyOf({ application, component }: Named, rest: string | number = ''): string {
  return `${application}/${component}/${rest}`;
}
