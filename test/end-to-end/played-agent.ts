import { randomUUID } from 'node:crypto';

import type { SluiceClient, Subscription, WorkNotice } from '#client/index';
import { SluiceError } from '#client/index';
import type { Command, ComponentHealth, Report, SecretValues } from '#contracts/adapter';

/** What the agent is to do with a command: the outcome that it reports, or nothing yet. */
export type Handling = (command: Command) => Report['outcome'] | 'silent' | Promise<Report['outcome'] | 'silent'>;

/** What each release does per second, by its name. */
export type Behaviour = { readonly [release: string]: { readonly requests: number; readonly errors: number } };

/** Samples are sent this often, so that each second of each release is told soon after it is over. */
const SAMPLE_MILLISECONDS = 400;

/** The most seconds that are told at once: two releases of them are far below the 1000 samples that a batch may have. */
const MOST_SECONDS = 200;

/** Plays an agent's part over HTTP and WebSocket, as the test tells it to. Nothing really runs. */
export class PlayedAgent {
  readonly target: string;
  readonly instance = randomUUID();
  /** Every command that came, once, in the order of arrival. */
  readonly commands: Command[] = [];
  readonly secrets = new Map<string, SecretValues>();
  /** What to do with each command; all succeeds unless told. */
  handling: Handling = () => 'succeeded';
  /** What it says to a check by name; nothing unless told. */
  checking: (command: Command) => Report['checks'] = () => undefined;
  /** What is sent as samples of the application's component. */
  behaviour: Behaviour = {};
  /** What it says of its components with each heartbeat. */
  components: readonly ComponentHealth[] = [];
  epoch = 0;
  readonly #client: SluiceClient;
  readonly #sampled: { readonly application: string; readonly component: string };
  /** What came of each command that is known. */
  readonly #outcomes = new Map<string, Report['outcome'] | 'silent' | 'under way'>();
  readonly #troubles: unknown[] = [];
  #work: Subscription<WorkNotice> | undefined;
  #timers: NodeJS.Timeout[] = [];
  #toldSecond = 0;
  #isTelling = false;
  #isStopped = false;

  constructor(client: SluiceClient, target: string, sampled: { readonly application: string; readonly component: string }) {
    this.#client = client;
    this.target = target;
    this.#sampled = sampled;
  }

  /** Claims the target and serves it from now on. */
  async start(): Promise<void> {
    const { epoch, heartbeatSeconds } = await this.#client.claimTarget({ params: { name: this.target }, body: { instance: this.instance } });
    this.epoch = epoch;
    await this.heartbeat();
    this.#timers = [setInterval(() => this.#attemptOnce(this.heartbeat()), (heartbeatSeconds * 1000) / 2), setInterval(() => this.#attemptOnce(this.#sendSamples()), SAMPLE_MILLISECONDS)];
    this.#work = this.#client.subscribe({ kind: 'work', target: this.target });
    void this.#listen(this.#work);
    await this.#work.ready;
  }

  /** Falls silent, as an agent that is gone. @throws what went wrong while it served */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#work?.close();
    if (this.#troubles.length > 0) throw new AggregateError(this.#troubles, `the agent of ${this.target}: ${this.#troubles.map(String).join('; ')}`);
    await Promise.resolve();
  }

  get claim(): { readonly instance: string; readonly epoch: number } {
    return { instance: this.instance, epoch: this.epoch };
  }

  /** Tells that it lives, and what runs. */
  async heartbeat(): Promise<void> {
    const facts = { version: '1.0.0', addresses: ['127.0.0.1'], allow: ['node'], components: [...this.components] };
    await this.#client.sendHeartbeat({ params: { name: this.target }, body: { ...this.claim, facts } });
  }

  /** Reports on a command; answers whether that was of interest. */
  async report(command: string, outcome: Report['outcome'], reason: string = outcome): Promise<boolean> {
    return await this.#send({ command, outcome, reason });
  }

  async #send(report: Report): Promise<boolean> {
    const { recorded } = await this.#client.reportCommand({ params: { name: this.target }, body: { ...this.claim, report } }, { repeatable: true });
    return recorded;
  }

  /** The applied commands in short, as `1.1.0×1 1.0.0×4 25 %`. */
  applied(): readonly string[] {
    const side = (one: Command['desired']['new']) => (one === null ? '-' : `${one.release}×${one.replicas}`);
    return this.commands.filter((one) => one.verb === 'apply').map(({ desired }) => `${side(desired.new)} ${side(desired.stable)} ${desired.weightPercent} %`);
  }

  /** Reads what waits, begins what is new, and repeats the report on what is asked again. */
  async #readCommands(name: string): Promise<void> {
    const { items } = await this.#client.readCommands({ params: { name }, query: this.claim });
    for (const { command, secrets } of items) {
      const known = this.#outcomes.get(command.id);
      if (known === undefined) {
        this.commands.push(command);
        this.secrets.set(command.id, secrets);
        this.#attempt(this.#handle(command));
      } else if (known !== 'under way') this.#attempt(this.#tell(command, known));
    }
  }

  async #handle(command: Command): Promise<void> {
    this.#outcomes.set(command.id, 'under way');
    const outcome = await this.handling(command);
    this.#outcomes.set(command.id, outcome);
    await this.#tell(command, outcome);
  }

  async #tell(command: Command, outcome: Report['outcome'] | 'silent'): Promise<void> {
    if (outcome === 'silent' || this.#isStopped) return;
    const checks = command.verb === 'check' ? this.checking(command) : undefined;
    await this.#send({ command: command.id, outcome, reason: outcome === 'succeeded' ? 'done' : 'as the test wants it', ...(checks === undefined ? {} : { checks }) });
  }

  async #listen(work: Subscription<WorkNotice>): Promise<void> {
    try {
      for await (const { target } of work) await this.#readCommands(target);
    } catch (error) {
      this.#note(error);
    }
  }

  /** Sends what has come since it was last told, unless that is under way; what could not be sent is told the next time. */
  async #sendSamples(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    await this.#tellSamples().finally(() => { this.#isTelling = false; });
  }

  async #tellSamples(): Promise<void> {
    const last = Math.floor(Date.now() / 1000) - 1;
    const first = Math.max(this.#toldSecond + 1, last - MOST_SECONDS);
    const seconds = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const samples = Object.entries(this.behaviour).flatMap(([release, did]) => seconds.map((second) => ({ ...this.#sampled, release, second, ...did, latency: { zeros: did.requests, buckets: [] } })));
    if (samples.length > 0) await this.#client.sendSamples({ body: { target: this.target, samples } });
    this.#toldSecond = Math.max(this.#toldSecond, last);
  }

  #attempt(work: Promise<void>): void {
    work.catch((error: unknown) => this.#note(error));
  }

  /** What comes again soon may be lost while the server is away. */
  #attemptOnce(work: Promise<void>): void {
    this.#attempt(work.catch((error: unknown) => {
      if (!(error instanceof SluiceError && error.retriable)) throw error;
    }));
  }

  /** That a newer agent has come is no trouble: it is what some tests want. */
  #note(error: unknown): void {
    if (this.#isStopped || (error instanceof SluiceError && error.code === 'claim-superseded')) return;
    this.#troubles.push(error);
  }
}
