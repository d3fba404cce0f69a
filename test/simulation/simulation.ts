import { Failure } from '#contracts/errors';
import { isTerminal } from '#domain/deployment/state';

import type { Broken, InvariantName } from './broken-invariant.ts';
import { ControlPlane } from './control-plane.ts';
import { chanceOf } from './dice.ts';
import { Disorder, disorderedBy } from './disorder.ts';
import { finalComplaints } from './final-rules.ts';
import { Faults } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Network } from './network.ts';
import { PEOPLE, People, keyOf } from './people.ts';
import type { Happening, Plan, TenantPlan } from './plan.ts';
import { setUp } from './set-up.ts';
import { SimulatedAgent } from './simulated-agent.ts';
import { SimulatedMachine } from './simulated-machine.ts';
import { SimulatedTime } from './simulated-time.ts';
import { Subscriber } from './subscriber.ts';
import { Trace } from './trace.ts';

/** When all stories begin. */
const BEGIN = Date.parse('2026-11-21T12:00:00.000Z');

/** People look after what waits for them this often, and in a busy time leave most of it for later. */
const LOOK_MILLISECONDS = 15_000;
const WILLING_PERCENT = 35;

/** What is there before anything goes wrong takes so long: two waves of starts and verifications. */
const DAWN_SECONDS = 45;

/** After faults have stopped the world has this long to come to rest: all tries of a delivery take 10 minutes, a step 2, and a rollback is repeated every 5. */
const REST_SECONDS = 5400;

/** A process that could not start is started again after so long. */
const RESTART_MILLISECONDS = 1000;

/** The sweep looks every minute and leaves what is younger than half a minute alone: after two looks nothing is found any more. */
const AFTERWARDS_SECONDS = 150;

/** No history of an hour has so many: what has goes round in circles. */
const MOST_STEPS = 20_000_000;

/** A world, from its plan: everything in it happens by the seed, one thing after the other. */
export class Simulation {
  readonly time = new SimulatedTime(BEGIN);
  readonly trace: Trace;
  readonly faults: Faults;
  readonly controlPlane: ControlPlane;
  readonly ledger: Ledger;
  readonly people: People;
  readonly machines = new Map<string, SimulatedMachine>();
  readonly subscribers: Subscriber[] = [];
  steps = 0;
  broken: Broken | undefined;
  readonly #plan: Plan;
  readonly #agents = new Map<string, SimulatedAgent>();

  constructor(plan: Plan, folder: string) {
    const { seed } = plan;
    const { time } = this;
    this.#plan = plan;
    this.trace = new Trace(() => time.now - BEGIN);
    this.faults = new Faults(plan.rates, (fault) => this.trace.note(`fault: ${fault}`));
    const { faults, trace } = this;
    const complain = (invariant: InvariantName, subject: string, detail: string) => this.#complain({ invariant, subject, detail });
    const controlPlane = new ControlPlane({
      seed, time, faults, folder, disorder: disorderedBy({ chance: chanceOf(seed, 'disorder'), faults, time }), committed: (requests, replies) => this.ledger.committed(requests, replies),
      announced: (tenant, target) => this.#announced(tenant, target), troubled: (doing, error) => this.#troubled(doing, error),
    });
    this.controlPlane = controlPlane;
    this.ledger = new Ledger({ disk: controlPlane.disk, complain, note: (line) => trace.note(line) });
    this.people = new People({ seed, time, faults, controlPlane, ledger: this.ledger, complain, chance: chanceOf(seed, 'people'), tenants: plan.tenants });
  }

  /** Lets everything happen; answers what is broken, or nothing. */
  async run(): Promise<Broken | undefined> {
    const { time } = this;
    await this.controlPlane.start();
    for (const tenant of this.#plan.tenants) await this.#done(async () => await this.#settle(tenant));
    for (const operation of this.#plan.dawn) void this.people.act(operation);
    const dawn = time.now;
    await this.#passUntil(() => time.now >= dawn + DAWN_SECONDS * 1000);
    const begun = time.now;
    this.faults.start();
    for (const operation of this.#plan.operations) time.after(operation.atSeconds * 1000, () => void this.people.act(operation));
    for (const { atSeconds, happening } of this.#plan.accidents) time.after(atSeconds * 1000, () => this.#happen(happening));
    this.#lookAfter();
    const calmAt = begun + this.#plan.calmAfterSeconds * 1000;
    await this.#passUntil(() => time.now >= calmAt);
    this.faults.stop();
    // A clock that is wrong for good is a fault that has not stopped: a target refuses what its own clock says is too late.
    this.controlPlane.clock.correct();
    await this.#passUntil(() => (time.now >= calmAt + REST_SECONDS * 1000) || this.#hasEnded());
    const restedAt = time.now;
    await this.#passUntil(() => time.now >= restedAt + AFTERWARDS_SECONDS * 1000 && this.controlPlane.isUp);
    if (this.broken === undefined) await this.#judge();
    return this.broken;
  }

  async #judge(): Promise<void> {
    const complaints = await finalComplaints({ ledger: this.ledger, controlPlane: this.controlPlane, machines: this.machines, subscribers: this.subscribers, done: async (work) => await this.#done(work) }, this.#plan);
    for (const [invariant, subject, detail] of complaints) this.#complain({ invariant, subject, detail });
  }

  /** Lets time pass until something is done. */
  async #done(work: () => Promise<unknown>): Promise<void> {
    let isDone = false;
    const ended = work().finally(() => {
      isDone = true;
    });
    ended.catch(() => undefined);
    await this.#passUntil(() => isDone);
    if (isDone) await ended;
  }

  close(): void {
    this.controlPlane.disk.close();
  }

  async #settle(tenant: TenantPlan): Promise<void> {
    await setUp(this.controlPlane, tenant, PEOPLE);
    for (const { name } of tenant.documents.filter((one) => one.kind === 'Target')) {
      this.machines.set(`${tenant.name}/${name}`, new SimulatedMachine());
      this.#employ(tenant.name, name, `agent-of-${name}-1`);
    }
    const { time, faults, controlPlane, ledger } = this;
    const subscriber = new Subscriber({ tenant: tenant.name, time, faults, controlPlane, ledger, chance: chanceOf(this.#plan.seed, `subscriber ${tenant.name}`), complain: (invariant, subject, detail) => this.#complain({ invariant, subject, detail }) });
    await subscriber.start();
    this.subscribers.push(subscriber);
  }

  #employ(tenant: string, target: string, instance: string): void {
    const { time, faults, controlPlane, ledger } = this;
    const machine = this.machines.get(`${tenant}/${target}`) ?? new SimulatedMachine();
    const chance = chanceOf(this.#plan.seed, `agent ${tenant} ${target} ${instance}`);
    const network = new Network({ time, faults, controlPlane, chance, key: keyOf(tenant, target) });
    const agent = new SimulatedAgent(instance, { tenant, target, time, faults, chance, network, machine, handed: (command) => ledger.handed(tenant, target, command), effected: (command) => ledger.effected(tenant, target, command) });
    this.#agents.set(`${tenant}/${target}`, agent);
    agent.start();
  }

  /** Lets one thing after the other happen until something is so, or something is broken. */
  async #passUntil(isOver: () => boolean): Promise<void> {
    while (this.broken === undefined && !isOver()) {
      if (!(await this.time.step()) || this.steps > MOST_STEPS) throw new Error('the simulated world stands still, or goes round in circles');
      this.steps += 1;
    }
  }

  #hasEnded(): boolean {
    if (!this.controlPlane.isUp || this.steps % 50 !== 0 || !this.people.isQuiet || !this.controlPlane.engine.isIdle()) return false;
    return [...this.ledger.deployments.values()].every(({ state }) => isTerminal(state) && state.cleanupAt === null) && this.subscribers.every((one) => one.missing().length === 0);
  }

  #lookAfter(): void {
    this.time.after(LOOK_MILLISECONDS, () => {
      void this.people.lookAfter(this.faults.isOver ? 100 : WILLING_PERCENT);
      this.#lookAfter();
    });
  }

  #happen(happening: Happening): void {
    switch (happening.kind) {
      case 'crash':
        this.controlPlane.dieAfter(happening.writes, happening.moment, () => this.#revive(happening.awaySeconds));
        return;
      case 'clock step':
        this.faults.count('clock step');
        this.controlPlane.clock.step(happening.seconds * 1000);
        return;
      case 'agent crash':
        this.faults.count('agent crash');
        this.#agents.get(`${happening.tenant}/${happening.target}`)?.crash(happening.awaySeconds * 1000);
        return;
      case 'agent away':
        this.faults.count('agent away');
        this.#agents.get(`${happening.tenant}/${happening.target}`)?.goAway(happening.awaySeconds * 1000);
        return;
      case 'agent replaced': {
        const { tenant, target } = happening;
        this.faults.count('agent replaced');
        const before = this.#agents.get(`${tenant}/${target}`)?.instance ?? '-1';
        this.#employ(tenant, target, before.replace(/\d+$/, (number) => `${Number(number) + 1}`));
      }
    }
  }

  #revive(awaySeconds: number): void {
    this.faults.count('crash');
    this.trace.note('the control plane died');
    // At least a millisecond, so that no process ends and begins within one tick of the clock, by which ids are ordered.
    this.time.after(1 + awaySeconds * 1000, async () => await this.#start());
  }

  /** Starts the control plane, as whoever watches over processes does: again and again until it is up. */
  async #start(): Promise<void> {
    try {
      await this.controlPlane.start();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.faults.count('crash at the start');
      this.time.after(RESTART_MILLISECONDS, async () => await this.#start());
    }
  }

  #announced(tenant: string, target: string): void {
    const chance = chanceOf(this.#plan.seed, `announcement ${this.time.now}`);
    if (this.faults.strikes('announcement lost', chance)) return;
    this.time.after(20, () => this.#agents.get(`${tenant}/${target}`)?.announce());
  }

  #troubled(doing: string, error: unknown): void {
    for (const one of error instanceof AggregateError ? error.errors : [error]) {
      const isForeseen = one instanceof Failure || one instanceof Disorder || (one instanceof Error && one.message.startsWith('it took more than'));
      if (!isForeseen || (one instanceof Failure && one.code === 'internal-error')) this.#complain({ invariant: 'no fault of ours', subject: doing, detail: one instanceof Error ? (one.stack ?? one.message) : String(one) });
    }
  }

  #complain(broken: Broken): void {
    this.trace.note(`BROKEN: ${broken.invariant}: ${broken.detail}`);
    this.broken ??= broken;
  }
}
