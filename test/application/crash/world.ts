import type { CallContext } from '#application/context';
import { createHandlers } from '#application/create-handlers';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { Handlers, OperationHandlers } from '#application/handlers';
import { Failure, errorCodes, problem } from '#contracts/errors';
import { routes } from '#contracts/http/routes';
import type { Operation, OperationInput, OperationOutput } from '#contracts/http/routes';
import type { Role } from '#contracts/roles';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import { openEngine } from '#standalone/engine';
import type { Engine } from '#standalone/engine';
import { WatchedTime } from '#test/standalone/watched-time';

import { noOutside } from '../no-outside.ts';
import type { Chance } from './chance.ts';
import { post } from './doorway.ts';
import { inProcessThread } from './in-process-thread.ts';
import { agentTurn, heartbeat } from './simulated-agent.ts';
import type { AgentState, Behaviour } from './simulated-agent.ts';
import type { Answering } from './simulated-target.ts';

/** Everything outside of the control plane, as plain data: it lives on when the control plane dies. */
export type Outside = {
  now: string;
  readonly agents: AgentState[];
  /** The deployments that people asked for, by the release, and what they have got an answer to. */
  readonly asked: Record<string, string>;
  readonly acts: string[];
  /** Each delivery to a consumer that succeeded: `stream version consumer`. */
  readonly consumed: Record<string, true>;
};

/** Something that somebody does once, as soon as it is time. Who gets no answer does it again. */
export type Act = { readonly name: string; when(state: (release: string) => DeploymentState | undefined): boolean; act(world: World): Promise<unknown> };

/** What happens outside: people, targets, traffic. */
export type Script = { readonly acts: readonly Act[]; readonly answering: Answering; readonly behaviour: Behaviour };

export type WorldOptions = {
  readonly folder: string;
  readonly outside: Outside;
  readonly script: Script;
  /** Puts the handlers of the engine, and all that has no order, into disorder. */
  readonly disorder?: { readonly chance: Chance; readonly handlers: (handlers: Handlers, world: World) => Handlers };
  /** Hears of each commit, by its number from 1; answers whether the process lives on. */
  readonly onCommit?: (commit: number, world: World) => boolean;
};

/** The control plane is gone, in the middle of a call or between two. */
export class Crashed extends Error {}

type As = { readonly role?: Role; readonly name?: string; readonly target?: string };

/** How many turns of the event loop may pass until everything rests: what takes longer goes round in circles. */
const MAXIMUM_TURNS = 300_000;

/** Turns without a request to the database after which nothing is under way but what waits for time to pass. */
const QUIET_TURNS = 6;

/** One life of the control plane on a data folder, with people and agents around it, under virtual time. */
export class World {
  readonly time: WatchedTime;
  readonly outside: Outside;
  readonly troubles: string[] = [];
  /** Until the first second has passed. */
  isFresh = true;
  commits = 0;
  readonly #options: WorldOptions;
  readonly #crash = Promise.withResolvers<never>();
  readonly #later: { readonly at: number; readonly work: () => Promise<void> }[] = [];
  #opened: Engine | undefined;
  #isDead = false;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.outside = options.outside;
    this.time = new WatchedTime(options.outside.now);
    // Nobody may be in the middle of a call when it crashes.
    this.#crash.promise.catch(() => undefined);
    for (const agent of this.outside.agents) agent.called = true;
  }

  /** Starts the control plane; ends with Crashed when it ends before it is up. */
  static async open(options: WorldOptions): Promise<World> {
    const world = new World(options);
    await Promise.race([world.#start(options), world.#crash.promise]);
    return world;
  }

  async #start({ folder, disorder }: WorldOptions): Promise<void> {
    const { chance, handlers } = disorder ?? {};
    this.#opened = await openEngine({
      dataFolder: folder, clock: this.time, sleeper: this.time, random: chance?.next ?? (() => 0),
      connections: { announceWork: async (_tenant, target) => this.#announce(target), closeKey: async () => {} },
      handlers: () => this.#noting(handlers?.(createHandlers(noOutside), this) ?? createHandlers(noOutside)),
      onTrouble: (doing, error) => this.troubles.push(`${doing}: ${inWords(error)}`),
      startThread: inProcessThread({ chance, committed: () => this.#committed() }),
    });
    await this.#opened.start();
  }

  get engine(): Engine {
    if (this.#opened === undefined) throw new Error('the world has no control plane yet');
    return this.#opened;
  }

  /** Calls an operation; ends with Crashed when the control plane ends before its answer. */
  async call<Name extends Operation>(operation: Name, input: Partial<OperationInput<Name>>, as: As = {}): Promise<OperationOutput<Name>> {
    const { role = 'admin', name = 'alice', target = null } = as;
    const context: CallContext = { ...this.engine.contextOf('default'), caller: { tenant: 'default', keyId: `key-${name}`, keyName: name, role, target }, ifMatchVersion: undefined };
    const route = routes[operation];
    const full = { params: input.params ?? {}, query: route.query.parse(input.query ?? {}), body: route.body === null ? undefined : route.body.parse(input.body ?? {}) };
    const handler = this.engine.handlers.operations[operation] as (context: CallContext, input: unknown) => ReturnType<OperationHandlers[Name]>;
    return (await Promise.race([handler(context, full), this.#crash.promise])).body as OperationOutput<Name>;
  }

  /** Asks for a deployment over HTTP, and answers its id. */
  async requestDeployment(body: object, idempotencyKey: string): Promise<string> {
    const { status, body: text } = await Promise.race([post(this.engine, { path: '/v1/deployments', body, idempotencyKey }), this.#crash.promise]);
    const answer: unknown = JSON.parse(text);
    if (status !== 202) throw new Failure(errorCodes.find((code) => code === problem.parse(answer).code) ?? 'internal-error', text);
    return routes.requestDeployment.response.parse(answer).id;
  }

  async state(release: string): Promise<DeploymentState | undefined> {
    const id = this.outside.asked[release];
    if (id === undefined) return undefined;
    return (await Promise.race([loadDeployment(this.engine.contextOf('default'), id), this.#crash.promise]))?.state;
  }

  /** Does something once so much time has passed, whatever has become of what it is about. */
  later(seconds: number, work: () => Promise<void>): void {
    this.#later.push({ at: this.time.now() + seconds * 1000, work });
  }

  /** Until everything rests: the engine, the agents and the people. */
  async settle(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; turn < MAXIMUM_TURNS; turn += 1) {
      await nextTurn();
      if (this.#isDead) throw new Crashed();
      quiet = this.engine.database.pendingRequests > 0 ? 0 : quiet + 1;
      if (quiet < QUIET_TURNS) continue;
      quiet = 0;
      if ((await this.#outsideTurn()) > 0) continue;
      if (this.time.isAwaited) await this.#tick(0.1);
      else if (this.engine.isIdle()) return;
    }
    throw new Error(`the world did not come to rest: ${this.troubles.slice(-3).join('; ')}`);
  }

  /** Lets seconds pass, one by one or several at a time. */
  async pass(seconds: number, stepSeconds = 1): Promise<void> {
    for (let second = 0; second < seconds; second += stepSeconds) {
      await this.#tick(stepSeconds);
      await this.settle();
    }
  }

  /** Lets time pass until all acts are done and all deployments have ended and are cleaned up after; answers how many seconds that took. */
  async passToEnd(maximumSeconds: number): Promise<number> {
    await this.settle();
    for (let second = 0; second < maximumSeconds; second += 1) {
      if (await this.#isOver()) return second;
      await this.pass(1);
    }
    return maximumSeconds;
  }

  async close(): Promise<void> {
    if (!this.#isDead) await this.engine.close();
  }

  async #isOver(): Promise<boolean> {
    if (this.outside.acts.length < this.#options.script.acts.length) return false;
    for (const release of Object.keys(this.outside.asked)) {
      const state = await this.state(release);
      if (state === undefined || !isTerminal(state) || state.cleanupAt !== null) return false;
    }
    return true;
  }

  async #outsideTurn(): Promise<number> {
    let did = await this.#peopleTurn();
    for (const agent of this.outside.agents) did += await agentTurn(this, agent, { ...this.#options.script, chance: this.#options.disorder?.chance });
    return did;
  }

  async #peopleTurn(): Promise<number> {
    const next = this.#options.script.acts[this.outside.acts.length];
    if (next === undefined) return 0;
    const states = new Map<string, DeploymentState | undefined>();
    for (const release of Object.keys(this.outside.asked)) states.set(release, await this.state(release));
    if (!next.when((release) => states.get(release))) return 0;
    try {
      await next.act(this);
    } catch (error) {
      // Who is told to come back after a freeze does.
      if (error instanceof Failure && error.code === 'freeze-active') return 0;
      throw error;
    }
    this.outside.acts.push(next.name);
    return 1;
  }

  /** Lets time pass; with each new second the agents give a sign of life. */
  async #tick(seconds: number): Promise<void> {
    const before = Math.floor(this.time.now() / 1000);
    this.time.advance(seconds);
    this.outside.now = this.time.in(0);
    for (const due of this.#later.filter((one) => one.at <= this.time.now())) {
      this.#later.splice(this.#later.indexOf(due), 1);
      due.work().catch((error: unknown) => this.troubles.push(`doing it late: ${inWords(error)}`));
    }
    if (Math.floor(this.time.now() / 1000) === before) return;
    for (const agent of this.outside.agents) await heartbeat(this, agent, this.#options.script.behaviour);
    this.isFresh = false;
  }

  #announce(target: string): void {
    for (const agent of this.outside.agents) agent.called ||= agent.name === target;
  }

  #committed(): boolean {
    this.commits += 1;
    if (this.#options.onCommit?.(this.commits, this) !== false) return true;
    this.#isDead = true;
    this.#crash.reject(new Crashed());
    return false;
  }

  #noting(handlers: Handlers): Handlers {
    const consumers = { ...handlers.consumers };
    for (const [name, consume] of Object.entries(handlers.consumers)) {
      Object.assign(consumers, { [name]: async (...given: Parameters<typeof consume>) => {
        await consume(...given);
        this.outside.consumed[`${given[1].stream} ${given[1].version} ${name}`] = true;
      } });
    }
    return { ...handlers, consumers };
  }
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

function inWords(error: unknown): string {
  return error instanceof Failure ? `${error.code}: ${error.detail.detail}` : error instanceof Error ? error.message : String(error);
}
