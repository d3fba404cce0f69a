import * as z from 'zod';

import type { Command, Report } from '#contracts/adapter';
import { problem } from '#contracts/errors';
import { routes } from '#contracts/http/routes';

import type { Chance } from '../application/crash/chance.ts';
import { Unreachable } from './control-plane.ts';
import { between } from './dice.ts';
import type { Faults } from './faults.ts';
import { releases } from './make-documents.ts';
import type { Came, Network, Sent } from './network.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** What an agent lives in. */
export type AgentSurroundings = {
  readonly tenant: string;
  readonly target: string;
  readonly time: SimulatedTime;
  readonly faults: Faults;
  readonly chance: Chance;
  readonly network: Network;
  readonly machine: SimulatedMachine;
  /** Told of each command as it is handed over, and of each effect on the machine the moment it happens. */
  readonly handed: (command: Command) => void;
  readonly effected: (command: Command) => void;
};

/** As the real agent: it asks by itself this often, and tells that it lives as often as it is told to. */
const POLL_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 1500;

/** A command takes so long as a rule, and a slow one so much longer. */
const LEAST_MILLISECONDS = 100;
const MOST_MILLISECONDS = 4000;
const SLOWEST_MILLISECONDS = 60_000;
const LONGEST_HOLD_MILLISECONDS = 120_000;

const LATEST_REPORT_MILLISECONDS = 40_000;
const LONGEST_RESTART_MILLISECONDS = 8000;

/** Of the seconds since the last samples so many are sent at the most. */
const MOST_SAMPLED_SECONDS = 30;

const heartbeatAnswer = z.object({ heartbeatSeconds: z.number(), nextSampleSeconds: z.number() });

/** Speaks for a target: claims it, tells that it lives, does its commands, reports and sends samples. It may die at any moment and begin anew. */
export class SimulatedAgent {
  readonly instance: string;
  readonly #around: AgentSurroundings;
  /** Grows with each life: what an earlier one had begun ends with it. */
  #life = 0;
  #epoch = 0;
  #awayUntil = 0;
  #isSuperseded = false;
  #sampleSeconds = 10;
  #sampledSecond = 0;
  readonly #wakes = { work: new Wake(), reports: new Wake() };
  readonly #performing = new Set<string>();

  constructor(instance: string, around: AgentSurroundings) {
    this.instance = instance;
    this.#around = around;
  }

  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  start(): void {
    this.#life += 1;
    this.#performing.clear();
    this.#sampledSecond = Math.floor(this.#around.time.now / 1000);
    void this.#live(this.#life);
  }

  /** Ends the process; what is on the machine's disk stays. It begins anew after a while. */
  crash(awayMilliseconds: number): void {
    this.#life += 1;
    const life = this.#life;
    this.#around.time.after(awayMilliseconds, () => {
      if (this.#life === life) this.start();
    });
  }

  /** For so long nobody hears of it; it goes on with what it has. */
  goAway(milliseconds: number): void {
    this.#awayUntil = this.#around.time.now + milliseconds;
  }

  /** A hint that commands may wait. */
  announce(): void {
    this.#wakes.work.now();
  }

  async #live(life: number): Promise<void> {
    await this.#again(life, async () => {
      const answer = await this.#ask({ method: 'POST', path: this.#path('claim'), body: { instance: this.instance } });
      this.#epoch = z.object({ epoch: z.number() }).parse(answer.body).epoch;
      return 'enough';
    });
    void this.#again(life, async () => await this.#heartbeat());
    void this.#again(life, async () => await this.#readWork(life), this.#wakes.work);
    void this.#again(life, async () => await this.#sendReports(life), this.#wakes.reports);
    void this.#again(life, async () => await this.#sendSamples());
  }

  /** Does something again and again, as long as this life lasts; `work` answers after how many milliseconds, which a wake ends. */
  async #again(life: number, work: () => Promise<number | 'enough'>, wake = new Wake()): Promise<void> {
    while (this.#life === life && !this.#isSuperseded) {
      const pause = await work().catch((error: unknown) => {
        if (error instanceof Unreachable) return RETRY_MILLISECONDS;
        throw error;
      });
      if (pause === 'enough') return;
      await wake.within(this.#around.time, pause);
    }
  }

  async #heartbeat(): Promise<number> {
    const { machine, time } = this.#around;
    const facts = { version: 'simulated', addresses: ['127.0.0.1'], allow: ['node'], components: machine.health(time.now) };
    const { body } = await this.#ask({ method: 'POST', path: this.#path('heartbeat'), body: { ...this.#claim, facts } });
    const { heartbeatSeconds, nextSampleSeconds } = heartbeatAnswer.parse(body);
    this.#sampleSeconds = nextSampleSeconds;
    return heartbeatSeconds * 1000;
  }

  async #readWork(life: number): Promise<number> {
    const { body } = await this.#ask({ method: 'GET', path: this.#path('commands'), query: `instance=${this.instance}&epoch=${this.#epoch}` });
    if (this.#life !== life) return 0;
    for (const { command } of routes.readCommands.response.parse(body).items) {
      this.#around.handed(command);
      if (!this.#performing.has(command.id) && !this.#around.machine.reports.has(command.id) && !this.#around.machine.muted.has(command.id)) void this.#perform(command, life);
    }
    return POLL_MILLISECONDS;
  }

  async #perform(command: Command, life: number): Promise<void> {
    const { machine, faults, chance, time } = this.#around;
    this.#performing.add(command.id);
    // As when the whole machine is suspended between reading a command and beginning with it.
    if (command.verb !== 'check' && faults.strikes('command held up', chance)) await time.sleep(chance.below(LONGEST_HOLD_MILLISECONDS));
    if (this.#life !== life) return;
    const report = command.verb === 'check' ? await this.#check(command) : await this.#change(command, life);
    if (report === undefined || this.#life !== life) return;
    this.#performing.delete(command.id);
    if (command.verb !== 'check' && faults.strikes('report never', chance)) machine.muted.add(command.id);
    else this.#keep(report);
  }

  async #check(command: Command): Promise<Report> {
    const { time, faults, chance } = this.#around;
    await time.sleep(between(chance, 20, 400));
    const refused = faults.strikes('check refused', chance);
    const checks = (['artefact', 'permission', ...(command.demand === undefined ? [] : (['capacity'] as const))] as const).map((check, index) => ({ check, outcome: refused && index === 0 ? ('failed' as const) : ('passed' as const), reason: refused ? 'simulated: not here' : 'it could be done' }));
    return { command: command.id, outcome: refused ? 'failed' : 'succeeded', reason: 'looked at', checks };
  }

  /** `undefined` when this life ends in between. */
  async #change(command: Command, life: number): Promise<Report | undefined> {
    const { machine, time, faults, chance } = this.#around;
    const refusal = machine.refusal(command);
    if (refusal !== undefined) return { command: command.id, outcome: 'superseded', reason: refusal };
    const known = machine.known(command.id);
    if (known !== undefined) return known;
    const milliseconds = faults.strikes('slow command', chance) ? chance.below(SLOWEST_MILLISECONDS) : between(chance, LEAST_MILLISECONDS, MOST_MILLISECONDS);
    if (command.verb === 'verify') {
      await time.sleep(milliseconds / 4);
      return machine.has(command) ? { command: command.id, outcome: 'succeeded', reason: 'healthy' } : { command: command.id, outcome: 'failed', reason: 'something else runs' };
    }
    if (time.now > Date.parse(command.deadline)) return { command: command.id, outcome: 'failed', reason: 'came after its deadline' };
    machine.begin(command);
    await time.sleep(milliseconds / 2);
    if (this.#life !== life || this.#dies('crash before the effect')) return undefined;
    const outcome = this.#effect(command);
    if (outcome !== undefined) return outcome;
    if (this.#dies('crash after the effect')) return undefined;
    await time.sleep(milliseconds / 2);
    if (this.#life !== life) return undefined;
    const done: Report = { command: command.id, outcome: 'succeeded', reason: 'done' };
    machine.finish(command, done);
    return done;
  }

  /** What a command does to the machine, unless something newer came meanwhile; a report tells why nothing was done. */
  #effect(command: Command): Report | undefined {
    const { machine, time, faults, chance, effected } = this.#around;
    const replaced = machine.known(command.id);
    if (replaced !== undefined) return replaced;
    const refusal = machine.refusal(command);
    if (refusal !== undefined) return { command: command.id, outcome: 'superseded', reason: refusal };
    const isBroken = command.desired.new !== null && releases[command.desired.new.release]?.quality === 'broken';
    if (isBroken || faults.strikes('command failed', chance)) return { command: command.id, outcome: 'failed', reason: 'it does not start' };
    machine.apply(command, time.now);
    effected(command);
    return undefined;
  }

  #dies(fault: 'crash after the effect' | 'crash before the effect'): boolean {
    const { faults, chance } = this.#around;
    const dies = faults.strikes(fault, chance);
    if (dies) this.crash(chance.below(LONGEST_RESTART_MILLISECONDS));
    return dies;
  }

  async #sendReports(life: number): Promise<number> {
    const { machine, faults, chance } = this.#around;
    if (faults.isOver) machine.muted.clear();
    const waiting = [...machine.reports.values()];
    for (const report of faults.strikes('reports out of order', chance) ? chance.shuffled(waiting) : waiting) {
      // A check that is answered late fails the whole deployment, and nothing is learned from the rest.
      if (!report.command.includes('/validate/') && faults.strikes('report late', chance)) this.#later(life, report);
      else await this.#tell(report);
      if (!faults.strikes('report twice', chance)) machine.reports.delete(report.command);
    }
    return machine.reports.size > 0 ? RETRY_MILLISECONDS : POLL_MILLISECONDS;
  }

  #later(life: number, report: Report): void {
    const { time, chance } = this.#around;
    time.after(chance.below(LATEST_REPORT_MILLISECONDS), () => {
      if (this.#life === life) this.#keep(report);
    });
  }

  #keep(report: Report): void {
    this.#around.machine.reports.set(report.command, report);
    this.#wakes.reports.now();
  }

  async #tell(report: Report): Promise<void> {
    await this.#ask({ method: 'POST', path: this.#path('reports'), body: { ...this.#claim, report } });
  }

  async #sendSamples(): Promise<number> {
    const { machine, time, target } = this.#around;
    const until = Math.floor(time.now / 1000);
    const seconds = Array.from({ length: Math.min(MOST_SAMPLED_SECONDS, until - this.#sampledSecond) }, (_, index) => until - 1 - index);
    const samples = this.#sampleSeconds > 10 ? [] : seconds.flatMap((second) => machine.samples(second));
    if (samples.length > 0) {
      const { body } = await this.#ask({ method: 'POST', path: '/v1/samples', body: { target, samples } });
      this.#sampleSeconds = z.object({ nextSampleSeconds: z.number() }).parse(body).nextSampleSeconds;
    }
    this.#sampledSecond = until;
    return Math.min(10, this.#sampleSeconds) * 1000;
  }

  get #claim() {
    return { instance: this.instance, epoch: this.#epoch };
  }

  #path(what: string): string {
    return `/v1/targets/${this.#around.target}/${what}`;
  }

  /** Asks the control plane; what it cannot do now is asked again. A newer agent's claim ends this one. */
  async #ask(sent: Sent): Promise<Came> {
    const { network, time } = this.#around;
    if (time.now < this.#awayUntil) throw new Unreachable('the agent is cut off');
    const came = await network.send(sent);
    if (came.status < 300) return came;
    const { code } = problem.parse(came.body);
    if (code !== 'claim-superseded') throw new Unreachable(`${sent.path} was answered with ${came.status} ${code}`);
    this.#isSuperseded = true;
    throw new Unreachable('a newer agent speaks for the target');
  }
}

/** Ends a pause early. A wake that came while nobody paused ends the next pause at once. */
class Wake {
  #isDue = false;
  #go: () => void = () => undefined;

  now(): void {
    this.#isDue = true;
    this.#go();
  }

  async within(time: SimulatedTime, milliseconds: number): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const callOff = time.after(milliseconds, resolve);
        this.#go = () => {
          callOff();
          resolve();
        };
      });
    }
    this.#isDue = false;
  }
}
