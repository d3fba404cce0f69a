import type { Component } from '#domain/resources/application';
import { CRASH_LOOP_ENDS, restartDelaySeconds, START_ATTEMPTS, STEADY_SECONDS } from '#agent/processes/backoff';
import type { CheckResult } from '#agent/processes/health-check';
import type { ProcessIdentity } from '#agent/processes/identity';
import type { InstanceRecord } from '#agent/processes/instance-record';
import { fitLines } from '#agent/processes/log-tail';
import { MemoryLimit } from '#agent/processes/memory-limit';
import type { MemoryHost } from '#agent/processes/memory-limit';

/** What an instance asks of the machine it runs on. */
export interface InstanceHost extends MemoryHost {
  now(): number;
  /** Starts its process; throws with the reason when it may not or cannot be started. */
  start(record: InstanceRecord): Promise<{ readonly process: ProcessIdentity; readonly port: number | null; readonly logOffset: number; readonly ended: Promise<string> }>;
  isAlive(process: ProcessIdentity): boolean;
  signal(process: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Whether its group still has processes after the first one has ended. */
  hasLeftovers(record: InstanceRecord): boolean;
  endLeftovers(record: InstanceRecord): void;
  check(record: InstanceRecord, healthCheck: Component['healthCheck']): Promise<CheckResult>;
  lastLines(record: InstanceRecord): readonly string[];
  save(record: InstanceRecord): void;
  remove(record: InstanceRecord): void;
}

/** While an instance starts it is looked at this often, so that it takes traffic as soon as it can. */
const STARTING_CHECK_MILLISECONDS = 200;

/** A report's reason has at most 2000 characters; the rest is for the words around the lines. */
const LINES_CHARACTERS = 1500;

const DEFAULT_STARTUP_SECONDS = 60;
const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_UNHEALTHY_THRESHOLD = 3;

/**
 * One supervised instance: started, looked at, restarted with growing pauses, stopped. `tick` moves it on by at most one action and never
 * waits; it is to be called several times a second.
 */
export class Instance {
  #record: InstanceRecord;
  readonly #component: Component;
  readonly #host: InstanceHost;
  readonly #memory: MemoryLimit;
  #reason = '';
  #startFailure: string | null = null;
  #end: { readonly text: string | undefined } | null = null;
  #busy = false;
  #nextStartAt = 0;
  #nextCheckAt = 0;
  #checkedAt = 0;
  #passes = 0;
  #failures = 0;
  #unhealthySince: number | null = null;
  #readySince: number | null = null;
  #gone = false;

  constructor(record: InstanceRecord, component: Component, host: InstanceHost) {
    this.#record = record;
    this.#component = component;
    this.#host = host;
    this.#memory = new MemoryLimit(component.resources?.memoryMebibytes, host);
    if (record.ready) this.#readySince = host.now();
  }

  get record(): InstanceRecord {
    return this.#record;
  }

  /** Whether it may take traffic. */
  get ready(): boolean {
    return this.#record.ready && this.#unhealthySince === null && this.#record.stoppingSinceMilliseconds === null;
  }

  /** Whether its process runs, healthy or not. */
  get running(): boolean {
    return this.#record.process !== null;
  }

  /** Whether it has been ready since its last start. */
  get wasReady(): boolean {
    return this.#record.ready;
  }

  get stopping(): boolean {
    return this.#record.stoppingSinceMilliseconds !== null;
  }

  /** Whether it was stopped and nothing of it is left. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Why it is not ready, in words; empty when it is. */
  get reason(): string {
    return this.ready ? '' : this.#reason;
  }

  /** Why its start has failed for good, with the last lines of its output; `null` while it may still succeed. */
  get startFailure(): string | null {
    return this.#startFailure;
  }

  /** Whether it ends again and again, could not be started, or is unhealthy. */
  get failed(): boolean {
    return this.#record.ends >= CRASH_LOOP_ENDS || this.#startFailure !== null || this.#unhealthySince !== null;
  }

  /** How long ago it was last looked at, in milliseconds. */
  get checkAgeMilliseconds(): number {
    return this.#host.now() - this.#checkedAt;
  }

  /** Forgets earlier failures and starts at once: somebody wants it now. */
  tryAgain(): void {
    this.#startFailure = null;
    this.#nextStartAt = 0;
    this.#nextCheckAt = 0;
    this.#save({ ends: 0 });
  }

  /** Has it looked at with the next tick. */
  checkSoon(): void {
    this.#nextCheckAt = 0;
  }

  /** Asks it to end (SIGTERM); after the component's `drainSeconds` its whole group is ended. */
  stop(): void {
    if (this.stopping) return;
    this.#save({ stoppingSinceMilliseconds: this.#host.now() });
    if (this.#record.process !== null) this.#host.signal(this.#record.process, 'SIGTERM');
  }

  tick(): void {
    // A health check that hangs does not keep a process from being held to its memory.
    if (this.#gone || this.#endedForMemory() || this.#busy) return;
    const { process } = this.#record;
    if (this.stopping) this.#tickStopping();
    else if (process === null) this.#tickWaiting();
    else if (!this.#host.isAlive(process)) this.#tickEnded();
    else this.#tickRunning();
  }

  #tickStopping(): void {
    const { process, stoppingSinceMilliseconds } = this.#record;
    const alive = process !== null && this.#host.isAlive(process);
    const overdue = this.#host.now() - (stoppingSinceMilliseconds ?? 0) >= this.#component.drainSeconds * 1000;
    if (alive && overdue) this.#host.signal(process, 'SIGKILL');
    if (alive || (!overdue && this.#host.hasLeftovers(this.#record))) return;
    this.#host.endLeftovers(this.#record);
    this.#host.remove(this.#record);
    this.#gone = true;
  }

  #tickWaiting(): void {
    if (this.#host.now() >= this.#nextStartAt) this.#inBackground(() => this.#start());
  }

  async #start(): Promise<void> {
    try {
      const started = await this.#host.start(this.#record);
      this.#end = watchEnd(started.ended);
      this.#passes = 0;
      this.#failures = 0;
      this.#unhealthySince = null;
      this.#nextCheckAt = 0;
      this.#reason = 'is starting';
      this.#save({ process: started.process, port: started.port, logOffset: started.logOffset, startedAtMilliseconds: this.#host.now() });
      if (this.stopping) this.#host.signal(started.process, 'SIGTERM');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // What may not be run, or whose files are others than the release names, does not get better by trying again at once.
      this.#startFailure ??= reason;
      this.#countEnd(reason);
    }
  }

  #tickEnded(): void {
    const end = this.#end;
    // The system has told the agent's own child's end already or tells it in a moment; of an adopted process nobody learns how it ended.
    if (end !== null && end.text === undefined) return;
    this.#host.endLeftovers(this.#record);
    this.#lose(end?.text ?? 'ended; how is not known, because the agent was started anew meanwhile');
  }

  #tickRunning(): void {
    const now = this.#host.now();
    if (this.#overdue(now)) return;
    if (this.#readySince !== null && this.#record.ends > 0 && now - this.#readySince >= STEADY_SECONDS * 1000) this.#save({ ends: 0 });
    if (now >= this.#nextCheckAt) this.#inBackground(() => this.#check());
  }

  /** Ends a process that has not become ready, or healthy again, in the time that a start may take. */
  #overdue(now: number): boolean {
    const { process, ready, startedAtMilliseconds } = this.#record;
    const since = ready ? this.#unhealthySince : startedAtMilliseconds;
    const startupSeconds = this.#component.healthCheck?.startupSeconds ?? DEFAULT_STARTUP_SECONDS;
    if (process === null || since === null || now - since < startupSeconds * 1000) return false;
    this.#host.signal(process, 'SIGKILL');
    const words = ready ? `was not healthy for ${startupSeconds} s` : `was not ready within ${startupSeconds} s`;
    if (!this.#record.everReady) this.#startFailure ??= this.#withLines(`${words} (${this.#reason})`);
    this.#lose(`${words} (${this.#reason})`);
    return true;
  }

  /** Ends a process that uses more memory than it may; it is started again as one that has ended by itself. */
  #endedForMemory(): boolean {
    const { process } = this.#record;
    const excess = process === null || this.stopping ? undefined : this.#memory.excessOf(process, this.#host.now());
    if (process === null || excess === undefined) return false;
    this.#host.signal(process, 'SIGKILL');
    this.#host.tell(`instance ${this.#record.id} of release ${this.#record.release} ${excess}; it was ended`);
    this.#lose(`${excess}, and was ended`);
    return true;
  }

  async #check(): Promise<void> {
    const process = this.#record.process;
    const result = await this.#host.check(this.#record, this.#component.healthCheck);
    const now = this.#host.now();
    this.#checkedAt = now;
    this.#nextCheckAt = now + (this.#record.ready ? (this.#component.healthCheck?.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS) * 1000 : STARTING_CHECK_MILLISECONDS);
    // A process that ended while it was being looked at is told by its end, not by the connection it refused.
    if (process === null || this.#record.process !== process || !this.#host.isAlive(process)) return;
    if (result.passed) this.#pass(now);
    else this.#fail(result.reason, now);
  }

  #pass(now: number): void {
    this.#failures = 0;
    this.#passes += 1;
    if (this.#passes < (this.#component.healthCheck?.healthyThreshold ?? 1)) return;
    this.#unhealthySince = null;
    this.#startFailure = null;
    if (this.#record.ready) return;
    this.#readySince = now;
    this.#save({ ready: true, everReady: true });
  }

  #fail(reason: string, now: number): void {
    this.#passes = 0;
    this.#failures += 1;
    if (!this.#record.ready) this.#reason = `is not ready yet: ${reason}`;
    else if (this.#failures >= (this.#component.healthCheck?.unhealthyThreshold ?? DEFAULT_UNHEALTHY_THRESHOLD)) {
      this.#unhealthySince ??= now;
      this.#reason = `is unhealthy: ${reason}`;
    }
  }

  #lose(how: string): void {
    this.#save({ process: null, port: null, ready: false });
    this.#unhealthySince = null;
    this.#readySince = null;
    this.#countEnd(this.#withLines(how));
    if (!this.#record.everReady && this.#record.ends >= START_ATTEMPTS) this.#startFailure ??= this.#reason;
  }

  #countEnd(reason: string): void {
    const ends = this.#record.ends + 1;
    this.#reason = reason;
    this.#nextStartAt = this.#host.now() + restartDelaySeconds(ends) * 1000;
    this.#save({ ends });
  }

  #withLines(words: string): string {
    const lines = fitLines(this.#host.lastLines(this.#record), LINES_CHARACTERS);
    return lines.length === 0 ? `${words}; it wrote nothing` : `${words}; it wrote last:\n${lines.join('\n')}`;
  }

  #save(change: Partial<InstanceRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#host.save(this.#record);
  }

  #inBackground(work: () => Promise<void>): void {
    this.#busy = true;
    void work().catch((error: unknown) => this.#host.tell(`instance ${this.#record.id}: ${String(error)}`)).finally(() => { this.#busy = false; });
  }
}

/** Holds how a process ended, once that is known. */
function watchEnd(ended: Promise<string>): { readonly text: string | undefined } {
  const end: { text: string | undefined } = { text: undefined };
  const note = async () => {
    end.text = await ended;
  };
  void note();
  return end;
}
