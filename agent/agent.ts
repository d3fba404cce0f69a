import { setTimeout as sleep } from 'node:timers/promises';

import type { AdapterAnswer, Report } from '#contracts/adapter';
import type { Machine } from '#agent/component/machine';
import { codeOf } from '#agent/control-plane';
import type { Claim, ControlPlane, WorkItem } from '#agent/control-plane';
import type { ProcessAdapter } from '#agent/process-adapter';
import { repeat, Wake } from '#agent/repeat';
import type { PendingReports } from '#agent/state/pending-reports';
import { readFacts } from '#agent/target-facts';
import type { TrafficLedger } from '#agent/traffic-ledger';

/** Why an agent has ended. */
export type AgentEnd = { readonly reason: 'stopped' | 'superseded' | 'refused'; readonly message: string };

/** What an agent works with. */
export type AgentParts = {
  readonly machine: Machine;
  readonly adapter: ProcessAdapter;
  readonly controlPlane: ControlPlane;
  readonly ledger: TrafficLedger;
  readonly reports: PendingReports;
  readonly instance: string;
  /** Keeps the epoch that a claim was given. */
  readonly keepEpoch: (epoch: number) => void;
  /** From 0 to below 1. */
  readonly random: () => number;
};

/** Work is announced over the WebSocket; should that fail, it is found by asking this often, with up to half as much again by chance. */
const POLL_SECONDS = 10;

/** A change of health is told at once, but not more often than this. */
const HEALTH_LOOK_MILLISECONDS = 1000;

/** 200 samples of 600 buckets at 10 bytes are 1.2 MB at the very most, about 100 kB as a rule. */
const SAMPLES_AT_ONCE = 200;

/** When samples are wanted this often, somebody looks closely. */
const CLOSE_LOOK_SECONDS = 10;

/** Codes that will not go away by trying again: a wrong address of the target, or a key that may not serve it. */
const FINAL_CODES = new Set(['unauthenticated', 'forbidden', 'not-found']);

/**
 * The agent: claims its target, says what runs, does the commands it reads, reports, and sends what the proxies counted. While the control
 * plane is away all of that waits, and what runs goes on. When a newer agent claims the target this one ends, and leaves all running.
 */
export class Agent {
  readonly #parts: AgentParts;
  readonly #ending = new AbortController();
  readonly #wakes = { work: new Wake(), health: new Wake(), reports: new Wake(), samples: new Wake() };
  readonly #underWay = new Map<string, Promise<void>>();
  #end: AgentEnd = { reason: 'stopped', message: 'the agent was stopped; what it started goes on running' };
  #claim: Claim | undefined;
  #nextSampleSeconds = CLOSE_LOOK_SECONDS;
  #toldHealth = '';
  #away = false;

  constructor(parts: AgentParts) {
    this.#parts = parts;
  }

  /** Whether the control plane has accepted this agent and answered its last call. */
  get connected(): boolean {
    return this.#claim !== undefined && !this.#away;
  }

  /** Runs until it is stopped or fenced; resolves with the reason when nothing is under way any more. */
  async run(): Promise<AgentEnd> {
    await this.#claimTarget();
    const claim = this.#claim;
    if (claim !== undefined) {
      this.#parts.machine.tell(`serving target ${this.#parts.machine.target} (agent ${claim.instance}, epoch ${claim.epoch})`);
      this.#parts.controlPlane.onWork(() => this.#wakes.work.now(), this.#ending.signal);
      const watch = setInterval(() => void this.#watchHealth(), HEALTH_LOOK_MILLISECONDS);
      await Promise.all([
        this.#repeat(this.#wakes.health, () => this.#heartbeat(claim)),
        this.#repeat(this.#wakes.work, () => this.#readWork(claim)),
        this.#repeat(this.#wakes.reports, () => this.#sendReports(claim)),
        this.#repeat(this.#wakes.samples, () => this.#sendSamples()),
      ]);
      clearInterval(watch);
    }
    await Promise.all(this.#underWay.values());
    return this.#end;
  }

  /** Ends the agent; what it started goes on running. */
  stop(): void {
    this.#ending.abort();
  }

  /** Claims the target, and tries until the control plane answers. */
  async #claimTarget(): Promise<void> {
    const { controlPlane, instance, keepEpoch } = this.#parts;
    const claimed = new AbortController();
    await repeat({
      work: async () => {
        const { epoch } = await controlPlane.claim(instance);
        keepEpoch(epoch);
        this.#claim = { instance, epoch };
        claimed.abort();
        return 0;
      },
      wake: new Wake(),
      ending: AbortSignal.any([this.#ending.signal, claimed.signal]),
      failed: (error, failures) => {
        if (FINAL_CODES.has(codeOf(error))) this.#finish({ reason: 'refused', message: `the control plane refuses this agent: ${messageOf(error)}` });
        else this.#failed(error, failures);
      },
      recovered: () => undefined,
      random: this.#parts.random,
    });
    if (this.#claim !== undefined) this.#recovered();
  }

  #repeat(wake: Wake, work: () => Promise<number>): Promise<void> {
    return repeat({ work, wake, ending: this.#ending.signal, failed: (error, failures) => this.#failed(error, failures), recovered: () => this.#recovered(), random: this.#parts.random });
  }

  async #heartbeat(claim: Claim): Promise<number> {
    const facts = await readFacts(this.#parts.machine, this.#parts.adapter);
    const answer = await this.#parts.controlPlane.heartbeat(claim, facts);
    this.#toldHealth = JSON.stringify(facts.components);
    this.#wantSamples(answer.nextSampleSeconds);
    return answer.heartbeatSeconds;
  }

  async #watchHealth(): Promise<void> {
    const health = JSON.stringify(await this.#parts.adapter.observe());
    if (this.#toldHealth !== '' && health !== this.#toldHealth && !this.#away) this.#wakes.health.now();
  }

  async #readWork(claim: Claim): Promise<number> {
    const items = await this.#parts.controlPlane.commands(claim);
    for (const item of items) {
      const { id } = item.command;
      if (this.#underWay.has(id) || this.#parts.reports.has(id)) continue;
      // What cannot be written down (a full disk) is not lost: the command is read again, and what was done is not done again.
      const performed = this.#perform(item).catch((error: unknown) => this.#parts.machine.tell(`${id}: ${messageOf(error)}`));
      this.#underWay.set(id, performed.finally(() => this.#underWay.delete(id)));
    }
    return POLL_SECONDS * (1 + this.#parts.random() / 2);
  }

  /** Does one command to its end. When the agent is ended meanwhile, the next one reads the command again and goes on with it. */
  async #perform({ command, secrets }: WorkItem): Promise<void> {
    const { adapter, machine, reports } = this.#parts;
    while (!this.#ending.signal.aborted) {
      const answer = await adapter.perform(command, secrets).catch((error: unknown): AdapterAnswer => ({ state: 'failed', reason: `the agent could not do it: ${messageOf(error)}`.slice(0, 2000) }));
      if (answer.state !== 'pending') {
        const report: Report = { command: command.id, outcome: outcomeOf(answer), reason: answer.reason, ...(answer.checks === undefined ? {} : { checks: [...answer.checks] }) };
        machine.tell(`${command.verb} of ${command.application}/${command.component}: ${report.outcome}: ${report.reason.split('\n')[0] ?? ''}`);
        reports.add(report);
        this.#wakes.reports.now();
        return;
      }
      await sleep(answer.checkAfterSeconds * 1000, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    }
  }

  async #sendReports(claim: Claim): Promise<number> {
    for (const report of this.#parts.reports.all) {
      await this.#parts.controlPlane.report(claim, report).catch((error: unknown) => {
        // What does not fit the contract never will; everything else is tried again.
        if (!['malformed-request', 'not-found'].includes(codeOf(error))) throw error;
        this.#parts.machine.tell(`the report on ${report.command} was refused and is dropped: ${messageOf(error)}`);
      });
      this.#parts.reports.remove(report.command);
    }
    return POLL_SECONDS;
  }

  async #sendSamples(): Promise<number> {
    const { adapter, controlPlane, ledger } = this.#parts;
    await ledger.collect(adapter.components);
    const closely = this.#nextSampleSeconds <= CLOSE_LOOK_SECONDS;
    for (let samples = ledger.unsent(adapter.components, { maximum: SAMPLES_AT_ONCE, closely }); samples.length > 0; samples = ledger.unsent(adapter.components, { maximum: SAMPLES_AT_ONCE, closely: false })) {
      const answer = await controlPlane.sendSamples(samples);
      ledger.acknowledge(samples);
      this.#wantSamples(answer.nextSampleSeconds);
    }
    return this.#nextSampleSeconds;
  }

  #wantSamples(seconds: number): void {
    const sooner = seconds < this.#nextSampleSeconds;
    this.#nextSampleSeconds = Math.max(1, seconds);
    if (sooner) this.#wakes.samples.now();
  }

  #failed(error: unknown, failures: number): void {
    if (codeOf(error) === 'claim-superseded') {
      this.#finish({ reason: 'superseded', message: `another agent has claimed target ${this.#parts.machine.target}: this one stops acting and leaves its processes running; stop one of the two agents` });
      return;
    }
    if (!this.#away) this.#parts.machine.tell(`the control plane does not answer as it should (what runs goes on): ${messageOf(error)}`);
    else if (failures % 100 === 0) this.#parts.machine.tell(`still, after ${failures} tries: ${messageOf(error)}`);
    this.#away = true;
  }

  #recovered(): void {
    if (this.#away) this.#parts.machine.tell('the control plane answers again');
    this.#away = false;
  }

  #finish(end: AgentEnd): void {
    if (this.#ending.signal.aborted) return;
    this.#end = end;
    this.#ending.abort();
  }
}

function outcomeOf(answer: Exclude<AdapterAnswer, { state: 'pending' }>): Report['outcome'] {
  if (answer.state === 'done') return 'succeeded';
  return answer.superseded === true ? 'superseded' : 'failed';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
