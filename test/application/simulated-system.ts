import type { CallContext } from '#application/context';
import { createHandlers } from '#application/create-handlers';
import type { OperationHandlers } from '#application/handlers';
import type { AdapterAnswer, Command, TargetFacts } from '#contracts/adapter';
import type { Operation, OperationInput, OperationOutput } from '#contracts/http/routes';
import { routes } from '#contracts/http/routes';
import type { Role } from '#contracts/roles';
import type { DeploymentView } from '#contracts/views';
import { openEngine } from '#standalone/engine';
import type { Engine } from '#standalone/engine';
import { OpenConnections } from '#standalone/connections';
import { freshFolder } from '#test/standalone/opened';
import { WatchedTime } from '#test/standalone/watched-time';

import { noOutside } from './no-outside.ts';

/** What the simulated agent answers to a command. `silent` never answers. */
export type Answering = (command: Command) => Extract<AdapterAnswer['state'], 'done' | 'failed'> | 'silent';

/** What each release does per second, by name: requests and errors. */
export type Behaviour = { readonly [release: string]: { readonly requests: number; readonly errors: number } };

/** How many turns of the event loop may pass until everything rests: each of them may wait for the database's thread, so these are seconds. */
const MAXIMUM_TURNS = 2_000_000;

/** The whole system on a real data folder under virtual time, with an agent that is played by the test. */
export class SimulatedSystem {
  readonly time: WatchedTime;
  readonly done: Command[] = [];
  readonly troubles: string[] = [];
  answering: Answering = () => 'done';
  behaviour: Behaviour = {};
  agentIsUp = true;
  /** What the agent tells of what runs with each heartbeat; nothing unless told, as an agent of an earlier version. */
  telling: () => Pick<TargetFacts, 'components' | 'generations'> = () => ({ components: [] });
  #engine: Engine | undefined;
  #epoch = 0;
  /** The highest generation that the target has seen of each application: a lower one is refused. */
  readonly #generations = new Map<string, number>();
  readonly #folder: string;
  readonly #remove: () => Promise<void>;

  private constructor(folder: string, remove: () => Promise<void>, time: WatchedTime) {
    this.#folder = folder;
    this.#remove = remove;
    this.time = time;
  }

  static async open(): Promise<SimulatedSystem> {
    const { folder, remove } = await freshFolder();
    const system = new SimulatedSystem(folder, remove, new WatchedTime());
    await system.start();
    return system;
  }

  /** As `open`, with the tenant that all calls are made in. */
  static async openWithTenant(): Promise<SimulatedSystem> {
    const system = await SimulatedSystem.open();
    await system.call('putTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
    return system;
  }

  /** Where its data is; there until it is closed. */
  get folder(): string {
    return this.#folder;
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error('the system is not started');
    return this.#engine;
  }

  async start(): Promise<void> {
    this.#engine = await openEngine({
      dataFolder: this.#folder, connections: new OpenConnections(), handlers: () => createHandlers(noOutside), clock: this.time, sleeper: this.time, random: () => 0,
      onTrouble: (doing, error) => this.troubles.push(`${doing}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
    });
    await this.#engine.start();
  }

  /** Ends the process as gently as a process can be ended; what was under way goes on at the next start. */
  async stop(): Promise<void> {
    const { engine } = this;
    this.#engine = undefined;
    const closing = engine.close();
    for (let turn = 0; turn < 200; turn += 1) {
      await nextTurn();
      this.time.advance(0.1);
    }
    await closing;
  }

  async close(): Promise<void> {
    if (this.#engine !== undefined) await this.stop();
    await this.#remove();
  }

  /** Calls an operation as a key of a role of the tenant. */
  async call<Name extends Operation>(operation: Name, input: Partial<OperationInput<Name>>, as: { readonly role?: Role; readonly name?: string; readonly tenant?: string; readonly target?: string } = {}): Promise<OperationOutput<Name>> {
    const { role = 'admin', name = 'alice', tenant = 'default', target = null } = as;
    const context: CallContext = { ...this.engine.contextOf(tenant), caller: { tenant, keyId: `key-${name}`, keyName: name, role, target }, ifMatchVersion: undefined };
    const route = routes[operation];
    const full = { params: input.params ?? {}, query: route.query.parse(input.query ?? {}), body: route.body === null ? undefined : route.body.parse(input.body ?? {}) };
    const handler = this.engine.handlers.operations[operation] as (context: CallContext, input: unknown) => ReturnType<OperationHandlers[Name]>;
    return (await handler(context, full)).body as OperationOutput<Name>;
  }

  async deployment(id: string): Promise<DeploymentView> {
    return await this.call('getDeployment', { params: { id } });
  }

  /** The agent claims its target, tells that it lives, does its commands and sends its samples. */
  async agentTurn(): Promise<number> {
    if (!this.agentIsUp) return 0;
    const agent = { role: 'agent', name: 'agent', target: 'local' } as const;
    const claim = { instance: 'simulated-agent', epoch: this.#epoch };
    if (this.#epoch === 0) this.#epoch = (await this.call('claimTarget', { params: { name: 'local' }, body: { instance: claim.instance } }, agent)).epoch;
    const { items } = await this.call('readCommands', { params: { name: 'local' }, query: { ...claim, epoch: this.#epoch } }, agent);
    let answered = 0;
    for (const { command } of items) {
      const answer = this.answering(command);
      if (answer === 'silent') continue;
      const refused = this.#isLate(command);
      if (!refused) this.done.push(command);
      answered += 1;
      await this.call('reportCommand', { params: { name: 'local' }, body: { ...claim, epoch: this.#epoch, report: { command: command.id, outcome: refused ? 'superseded' : answer === 'done' ? 'succeeded' : 'failed', reason: answer } } }, agent);
    }
    return answered;
  }

  #isLate(command: Command): boolean {
    if (command.verb === 'check') return false;
    const seen = this.#generations.get(command.application) ?? 0;
    this.#generations.set(command.application, Math.max(seen, command.generation));
    return command.generation < seen;
  }

  async heartbeat(): Promise<void> {
    if (!this.agentIsUp || this.#epoch === 0) return;
    const facts = { version: 'test', addresses: ['127.0.0.1'], allow: ['node'], ...this.telling() };
    await this.call('sendHeartbeat', { params: { name: 'local' }, body: { instance: 'simulated-agent', epoch: this.#epoch, facts } }, { role: 'agent', target: 'local' });
    const second = Math.floor(this.time.now() / 1000) - 1;
    const samples = Object.entries(this.behaviour).map(([release, did]) => ({ application: 'shop', component: 'web', release, second, ...did, latency: { zeros: did.requests, buckets: [] } }));
    if (samples.length > 0) await this.call('sendSamples', { body: { target: 'local', samples } }, { role: 'agent', target: 'local' });
  }

  /** Until everything rests: the engine is idle and the agent has nothing to do. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < MAXIMUM_TURNS; turn += 1) {
      await nextTurn();
      if (turn % 20 !== 19) continue;
      const answered = await this.agentTurn();
      if (answered === 0 && this.engine.isIdle()) return;
      if (this.time.isAwaited) this.time.advance(0.1);
    }
    throw new Error(`the system did not come to rest: ${this.troubles.join('\n')}`);
  }

  /** Lets seconds pass one by one. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.time.advance(1);
      await this.heartbeat();
      await this.settle();
    }
  }
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
