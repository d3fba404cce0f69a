import { isDeepStrictEqual } from 'node:util';

import type { SideSpec } from '#contracts/adapter';
import type { Machine } from '#agent/component/machine';
import { Instances } from '#agent/component/instances';
import { isProxied, NOTHING, sidesOf, wantedReplicas, wantedSides } from '#agent/component/placement';
import type { ComponentRecord } from '#agent/component/placement';
import { planProxy, sharesIn } from '#agent/component/proxy-plan';
import { pruneLogs } from '#agent/component/prune-logs';
import { freePort } from '#agent/processes/free-port';
import type { Instance } from '#agent/processes/instance';
import { ComponentProxies } from '#agent/proxy/component-proxies';
import type { ProxyProblem } from '#agent/proxy/component-proxies';
import type { ProxyConfiguration } from '#agent/proxy/configuration';
import { writeJsonFile } from '#agent/state/json-file';
import type { ComponentFolder } from '#agent/state/state-folder';

/** A proxy is told again what it knows, to find out whether it still answers. */
const TELL_MILLISECONDS = 2000;

const PRUNE_MILLISECONDS = 10_000;

/** Whoever asks about a command does so several times a second, and hears of its deadline then. */
const ABANDONED_MILLISECONDS = 60_000;

/**
 * One component on this machine. Its record says what is wanted; every `step` compares that with what is, and does the next thing: starts,
 * looks, tells the proxy, drains, stops. It may be left at any moment: what is wanted and what is are both on disk or in the processes.
 */
export class SupervisedComponent {
  readonly folder: ComponentFolder;
  readonly instances: Instances;
  readonly proxies: ComponentProxies;
  readonly #machine: Machine;
  #record: ComponentRecord;
  /** The configuration that the proxy has acknowledged. */
  #acknowledged: ProxyConfiguration | undefined;
  #proxyProblem: ProxyProblem | undefined;
  #toldAt = 0;
  #prunedAt = 0;
  readonly #drainingSince = new Map<string, number>();
  #stepping: Promise<void> | undefined;

  constructor(machine: Machine, record: ComponentRecord) {
    this.#machine = machine;
    this.#record = record;
    this.folder = machine.state.component(record.application, record.component);
    this.instances = new Instances(machine, this.folder, record.application);
    this.proxies = new ComponentProxies(this.folder, machine.version);
  }

  get record(): ComponentRecord {
    return this.#record;
  }

  /** Why the proxy does not do what it should; `undefined` when it does. */
  get proxyProblem(): ProxyProblem | undefined {
    return this.#proxyProblem;
  }

  /** Forgets why the proxy refused something: something else is asked of it now. */
  forgetProxyProblem(): void {
    this.#proxyProblem = undefined;
  }

  /** The ports that are this component's: those on which clients reach it, and those on which they are to, which a proxy that was found may hold. */
  get ports(): readonly number[] {
    return [...new Set([...(this.#acknowledged?.ports ?? []), ...(this.#plan()?.ports ?? [])])];
  }

  /** Changes what is wanted. */
  update(change: Partial<ComponentRecord>): void {
    this.#record = { ...this.#record, ...change };
    writeJsonFile(this.folder.record, this.#record);
  }

  specOf(side: string): SideSpec | undefined {
    return this.instances.side(side)?.spec;
  }

  /** Whether the proxy goes by what is wanted now, or none is needed. */
  get proxied(): boolean {
    return sameConfiguration(this.#acknowledged, this.#plan());
  }

  /** Each release's share of the traffic by what the proxy has acknowledged; `undefined` while there is none that did. */
  get shares(): ReadonlyMap<string, number> | undefined {
    return this.#acknowledged === undefined ? undefined : sharesIn(this.#acknowledged);
  }

  /** Whether everything is as wanted: the proxy goes by it, and nothing that is not wanted is left. */
  get settled(): boolean {
    return this.proxied && this.#surplus().length === 0 && this.instances.all.every((one) => !one.stopping);
  }

  /** Does the next thing; calls while one is under way share it. */
  step(): Promise<void> {
    return this.#alone(() => this.#step());
  }

  /** Resolves when no step is under way. */
  async rest(): Promise<void> {
    while (this.#stepping !== undefined) await this.#stepping.catch(() => undefined);
  }

  /**
   * Has the proxy replaced by one of this agent's version. No step comes between: what the successor was told when the hand-over began is still
   * what holds when it ends.
   */
  async replaceProxy(): Promise<void> {
    await this.rest();
    await this.#alone(() => this.proxies.replace());
    this.#toldAt = 0;
  }

  #alone(work: () => Promise<void>): Promise<void> {
    this.#stepping ??= work().finally(() => { this.#stepping = undefined; });
    return this.#stepping;
  }

  async #step(): Promise<void> {
    this.#forgetAbandoned();
    this.instances.tick();
    this.#scale();
    await this.#tellProxy();
    await this.#drain();
    this.instances.forgetSides(wantedSides(this.#record));
    this.#prune();
  }

  #prune(): void {
    if (this.#machine.now() - this.#prunedAt < PRUNE_MILLISECONDS) return;
    this.#prunedAt = this.#machine.now();
    pruneLogs(this.folder, [...this.instances.all.map((one) => one.record.id), ...this.proxies.records.map((one) => one.id)]);
  }

  /** A command that nobody asks about any more (the agent was away when its deadline passed) keeps nothing running. */
  #forgetAbandoned(): void {
    const { pending } = this.#record;
    if (pending?.stage === 'starting' && this.#machine.now() > Date.parse(pending.deadline) + ABANDONED_MILLISECONDS) this.update({ pending: null });
  }

  #scale(): void {
    for (const side of wantedSides(this.#record)) {
      const missing = wantedReplicas(this.#record, side) - this.instances.ofSide(side).length;
      for (let count = 0; count < missing; count += 1) this.instances.add(side);
    }
  }

  /** The instances that are not wanted and were not asked to stop yet. */
  #surplus(): readonly Instance[] {
    const kept = new Set(wantedSides(this.#record).flatMap((side) => this.instances.ofSide(side).slice(0, wantedReplicas(this.#record, side))));
    return this.instances.all.filter((one) => !kept.has(one) && !one.stopping);
  }

  async #tellProxy(): Promise<void> {
    await this.#choosePort();
    const plan = this.#plan();
    if (plan === undefined) {
      await this.proxies.leave();
      this.#acknowledged = undefined;
      this.#proxyProblem = undefined;
      return;
    }
    const changed = !sameConfiguration(this.#acknowledged, plan);
    if (!changed && this.proxies.alive && this.#machine.now() - this.#toldAt < TELL_MILLISECONDS) return;
    if (changed) this.update({ revision: this.#record.revision + 1 });
    const configuration = { ...plan, revision: this.#record.revision };
    this.#proxyProblem = await this.proxies.ensure(configuration).catch((error: unknown) => ({ refused: false, reason: String(error) }));
    if (this.#proxyProblem !== undefined) return;
    this.#acknowledged = configuration;
    this.#toldAt = this.#machine.now();
  }

  /** Takes away what is not wanted: first its traffic, then, when nothing is under way to it or the time for that is over, itself. */
  async #drain(): Promise<void> {
    const surplus = this.#surplus();
    for (const id of this.#drainingSince.keys()) if (!surplus.some((one) => one.record.id === id)) this.#drainingSince.delete(id);
    if (surplus.length === 0) return;
    const told = [this.#acknowledged?.sides.new, this.#acknowledged?.sides.stable].flatMap((side) => side?.instances ?? []).map((one) => one.id);
    const untouched = surplus.filter((one) => !told.includes(one.record.id));
    if (this.#proxyProblem !== undefined && this.proxies.records.length > 0) return;
    const load = await this.proxies.load();
    for (const one of untouched) {
      const { id, side } = one.record;
      const since = this.#drainingSince.get(id) ?? this.#machine.now();
      this.#drainingSince.set(id, since);
      const idle = load !== undefined && (load.inFlight[id] ?? 0) === 0;
      const drainSeconds = this.specOf(side)?.component.drainSeconds ?? 0;
      if (this.#isSurplus(one) && (idle || this.#machine.now() - since >= drainSeconds * 1000)) one.stop();
    }
  }

  /** Asked again after every wait: a command that came meanwhile may want it back. */
  #isSurplus(one: Instance): boolean {
    return this.#surplus().includes(one);
  }

  #plan(): Omit<ProxyConfiguration, 'revision'> | undefined {
    return planProxy(this.#record, {
      host: this.#machine.listenHost,
      specOf: (side) => this.specOf(side),
      instancesOf: ({ side }) => this.instances.ofSide(side).slice(0, wantedReplicas(this.#record, side)).map((one) => ({ id: one.record.id, port: one.record.port, ready: one.ready, reachable: one.running && one.wasReady })),
    });
  }

  /** A component that takes any port keeps the one that was found for it. */
  async #choosePort(): Promise<void> {
    const wantsAny = wantedSides(this.#record).map((side) => this.specOf(side)).some((spec) => spec !== undefined && isProxied(spec) && spec.component.port === 0);
    if (!wantsAny || this.#record.chosenPort !== null) return;
    const chosenPort = await freePort(this.#machine.takenPorts);
    this.#machine.takenPorts.add(chosenPort);
    this.update({ chosenPort });
  }
}

function sameConfiguration(acknowledged: ProxyConfiguration | undefined, plan: Omit<ProxyConfiguration, 'revision'> | undefined): boolean {
  if (acknowledged === undefined || plan === undefined) return acknowledged === plan;
  return isDeepStrictEqual({ ...acknowledged, revision: 0 }, { ...plan, revision: 0 });
}

/** A component that was never asked for here. */
export function newComponentRecord(application: string, component: string): ComponentRecord {
  return { application, component, current: NOTHING, pending: null, revision: 0, chosenPort: null };
}

/** Whether nothing is wanted and nothing is left. */
export function isEmpty(component: SupervisedComponent): boolean {
  return sidesOf(component.record.current).length === 0 && component.record.pending === null && component.instances.all.length === 0;
}
