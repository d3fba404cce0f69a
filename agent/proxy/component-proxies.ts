import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { isAlive, signalGroup } from '#agent/processes/identity';
import { launchNode, nodeArguments, siblingModule } from '#agent/processes/launch-node';
import { lastLines } from '#agent/processes/log-tail';
import type { ProxyConfiguration } from '#agent/proxy/configuration';
import { ControlRefused, ProxyControl } from '#agent/proxy/control-client';
import { proxyRecord } from '#agent/proxy/control-messages';
import type { ProxyRecord, ProxyStart } from '#agent/proxy/control-messages';
import type { CountedSecond } from '#agent/proxy/counts';
import { readJsonFile, removeFile } from '#agent/state/json-file';
import type { ComponentFolder } from '#agent/state/state-folder';

/** A new Node process answers within 1 s on an idle machine. */
const START_MILLISECONDS = 15_000;

/** A proxy that does not answer its control socket for this long will not come back; its clients wait in vain as well. */
const UNRESPONSIVE_MILLISECONDS = 30_000;

/** Why the proxy does not go by its configuration: it refused it (a port that cannot be had), or could not be asked, which may pass. */
export type ProxyProblem = { readonly refused: boolean; readonly reason: string };

/** What the proxies of a component have under way. */
export type ProxyLoad = { readonly inFlight: { readonly [instance: string]: number } };

type Known = { readonly record: ProxyRecord; readonly control: ProxyControl; /** Not known of one that was found until it was asked. */ leaving: boolean | undefined; silentSince: number | null };

/** The proxy processes of one component: the one that accepts clients, and older ones whose last connections are still open. */
export class ComponentProxies {
  readonly #folder: ComponentFolder;
  readonly #version: string;
  readonly #known = new Map<string, Known>();

  constructor(folder: ComponentFolder, version: string) {
    this.#folder = folder;
    this.#version = version;
    this.#adopt();
  }

  /** The processes that live, for those who must end them. */
  get records(): readonly ProxyRecord[] {
    return [...this.#known.values()].map((one) => one.record);
  }

  /** Whether the proxy that accepts clients is of another version than this agent. */
  get outdated(): boolean {
    return this.#main !== undefined && this.#main.record.version !== this.#version;
  }

  /** Whether a proxy that accepts clients lives. */
  get alive(): boolean {
    this.#forgetDead();
    return this.#main !== undefined;
  }

  /**
   * Sees to it that a proxy runs and goes by this configuration. Answers why it does not; `undefined` when it does.
   * Older proxies are told too: a client's last request on an open connection may still come through them.
   */
  async ensure(configuration: ProxyConfiguration): Promise<ProxyProblem | undefined> {
    this.#forgetDead();
    if ([...this.#known.values()].some((one) => one.leaving === undefined)) await this.load();
    if (this.#main === undefined) await this.#launch();
    for (const one of this.#known.values()) {
      try {
        one.leaving = (await one.control.configure(configuration)).leaving;
        one.silentSince = null;
      } catch (error) {
        if (one.leaving !== true) return this.#notConfigured(one, error);
      }
    }
    return this.#main === undefined ? { refused: false, reason: 'the proxy was asked to end by somebody else; another is started' } : undefined;
  }

  /** What is under way, over all proxies; a proxy that cannot be asked makes the answer `undefined`. */
  async load(): Promise<ProxyLoad | undefined> {
    this.#forgetDead();
    const inFlight: { [instance: string]: number } = {};
    for (const one of this.#known.values()) {
      try {
        const state = await one.control.state();
        one.leaving = state.leaving;
        for (const [instance, count] of Object.entries(state.inFlight)) inFlight[instance] = (inFlight[instance] ?? 0) + count;
      } catch {
        // It may just have ended; then the next look does not find it any more.
        if (isAlive(one.record.process)) return undefined;
      }
    }
    return { inFlight };
  }

  /** What each proxy has counted after a second, by the proxy's id. */
  async counts(afterSecondOf: (proxy: string) => number): Promise<ReadonlyMap<string, readonly CountedSecond[]>> {
    const counted = new Map<string, readonly CountedSecond[]>();
    for (const [id, one] of this.#known) {
      const seconds = await one.control.counts(afterSecondOf(id)).catch(() => []);
      counted.set(id, seconds);
    }
    return counted;
  }

  /** Has the present proxy hand over to a new one of this agent's version; no connection is lost. Throws when that fails; then all is as before. */
  async replace(): Promise<void> {
    const old = this.#main;
    if (old === undefined) return;
    const start = this.#start(true);
    await old.control.handOver({ executable: process.execPath, arguments: [...nodeArguments(mainModule), JSON.stringify(start)], logPath: this.#folder.log(start.id) });
    old.leaving = true;
    this.#adopt();
  }

  /** Has every proxy accept nobody any more, and end with its last connection. */
  async leave(): Promise<void> {
    this.#forgetDead();
    for (const one of this.#known.values()) {
      if (one.leaving === true) continue;
      await one.control.leave();
      one.leaving = true;
    }
    this.#forgetDead();
  }

  get #main(): Known | undefined {
    return [...this.#known.values()].findLast((one) => one.leaving !== true);
  }

  #notConfigured(one: Known, error: unknown): ProxyProblem {
    if (error instanceof ControlRefused) return { refused: true, reason: error.message };
    const now = Date.now();
    one.silentSince ??= now;
    if (now - one.silentSince > UNRESPONSIVE_MILLISECONDS) signalGroup(one.record.process, 'SIGKILL');
    return { refused: false, reason: `the proxy does not answer: ${error instanceof Error ? error.message : String(error)}` };
  }

  async #launch(): Promise<void> {
    const start = this.#start(false);
    const logPath = this.#folder.log(start.id);
    const launched = await launchNode(mainModule, { arguments: [JSON.stringify(start)], logPath });
    const ended = { how: '' };
    const watch = async () => { ended.how = await launched.ended; };
    void watch();
    const deadline = Date.now() + START_MILLISECONDS;
    while (readJsonFile(this.#folder.file('proxies', start.id), proxyRecord) === undefined) {
      if (ended.how !== '') throw new Error(`the proxy ${ended.how}: ${lastLines(logPath, launched.logOffset).join('\n')}`);
      if (Date.now() > deadline) {
        signalGroup(launched.identity, 'SIGKILL');
        throw new Error('the proxy did not come up in time');
      }
      await sleep(20);
    }
    this.#adopt();
  }

  #start(takesOver: boolean): ProxyStart {
    // The time comes first, so that ids are in the order of their making.
    const id = `p-${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`;
    return { id, version: this.#version, socket: this.#folder.socket(id), recordPath: this.#folder.file('proxies', id), takesOver };
  }

  #adopt(): void {
    for (const id of this.#folder.ids('proxies')) {
      const record = readJsonFile(this.#folder.file('proxies', id), proxyRecord);
      if (record !== undefined && !this.#known.has(id)) this.#known.set(id, { record, control: new ProxyControl(record.socket), leaving: undefined, silentSince: null });
    }
    this.#forgetDead();
  }

  #forgetDead(): void {
    for (const [id, { record }] of this.#known) {
      if (isAlive(record.process)) continue;
      this.#known.delete(id);
      removeFile(this.#folder.file('proxies', id));
      removeFile(record.socket);
    }
  }
}

const mainModule = siblingModule(import.meta.url, './main');
