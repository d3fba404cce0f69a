import { describe, expect, it } from 'vitest';

import { component as componentSchema } from '#domain/resources/application';
import { CRASH_LOOP_ENDS, restartDelaySeconds } from '#agent/processes/backoff';
import type { CheckResult } from '#agent/processes/health-check';
import { Instance } from '#agent/processes/instance';
import type { InstanceHost } from '#agent/processes/instance';
import type { InstanceRecord } from '#agent/processes/instance-record';
import { newInstanceRecord } from '#agent/processes/instance-record';

/** A machine whose time and processes a test moves. */
class FakeMachine implements InstanceHost {
  milliseconds = 1_000_000;
  alive = new Set<number>();
  starts: number[] = [];
  signals: string[] = [];
  health: CheckResult = { passed: true };
  refusal: string | null = null;
  lines: readonly string[] = [];
  leftover = false;
  saved: InstanceRecord | undefined;
  removed = false;
  bytes: number | undefined | Error = undefined;
  problems: string[] = [];
  #end: (how: string) => void = () => undefined;

  now = () => this.milliseconds;
  isAlive = ({ pid }: { readonly pid: number }) => this.alive.has(pid);
  save = (record: InstanceRecord) => { this.saved = record; };
  remove = () => { this.removed = true; };
  tell = (problem: string) => { this.problems.push(problem); };
  signal = ({ pid }: { readonly pid: number }, signal: string) => {
    this.signals.push(`${signal} ${pid}`);
    if (signal === 'SIGKILL') this.alive.delete(pid);
  };
  hasLeftovers = () => this.leftover;
  endLeftovers = () => { this.leftover = false; };
  lastLines = () => this.lines;
  memoryBytes = () => (this.bytes instanceof Error ? Promise.reject(this.bytes) : Promise.resolve(this.bytes));
  check = () => Promise.resolve(this.health);
  start = () => {
    if (this.refusal !== null) return Promise.reject(new Error(this.refusal));
    const pid = 100 + this.starts.length;
    this.starts.push(this.milliseconds);
    this.alive.add(pid);
    const ended = new Promise<string>((resolve) => { this.#end = resolve; });
    return Promise.resolve({ process: { pid, startedAt: 'then' }, port: 20_000, logOffset: 0, ended });
  };

  async die(how = 'exited with code 1'): Promise<void> {
    this.alive.clear();
    this.#end(how);
    await settle();
  }
}

const settle = () => new Promise((resolve) => { setImmediate(resolve); });

function started(change: Parameters<typeof componentSchema.parse>[0] = {}): { readonly machine: FakeMachine; readonly instance: Instance; readonly pass: (seconds: number) => Promise<void> } {
  const machine = new FakeMachine();
  const component = componentSchema.parse(Object.assign({ name: 'web', port: 8080, drainSeconds: 10, healthCheck: {} }, change));
  const instance = new Instance(newInstanceRecord('i-1', 'side', '1.0.0'), component, machine);
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds * 5; passed += 1) {
      instance.tick();
      await settle();
      machine.milliseconds += 200;
    }
    instance.tick();
    await settle();
  };
  return { machine, instance, pass };
}

describe('an instance', () => {
  it('is ready once its health check has passed as often as asked', async () => {
    const { machine, instance, pass } = started({ healthCheck: { healthyThreshold: 3 } });
    machine.health = { passed: false, reason: 'GET / answered 503' };
    await pass(1);
    expect([instance.ready, instance.reason]).toEqual([false, 'is not ready yet: GET / answered 503']);
    machine.health = { passed: true };
    await pass(0.2);
    expect(instance.ready).toBe(false);
    await pass(1);
    expect([instance.ready, instance.reason]).toEqual([true, '']);
  });

  describe('with a limit of memory', () => {
    const limited = (change: object = {}) => started({ resources: { memoryMebibytes: 100 }, ...change });
    const MEBIBYTE = 1_048_576;

    it('is left alone up to its limit, and ended and started again above it', async () => {
      const { machine, instance, pass } = limited();
      machine.bytes = 100 * MEBIBYTE;
      await pass(3);
      expect([instance.ready, machine.signals]).toEqual([true, []]);
      machine.bytes = 100 * MEBIBYTE + 1;
      machine.lines = ['growing'];
      for (let looks = 0; looks < 6 && machine.signals.length === 0; looks += 1) await pass(0.2);
      expect(machine.signals).toEqual(['SIGKILL 100']);
      machine.bytes = 1;
      expect(instance.reason).toBe('used 101 MiB of memory, more than its limit of 100 MiB (resources.memoryMebibytes), and was ended; it wrote last:\ngrowing');
      expect(machine.problems).toEqual(['instance i-1 of release 1.0.0 used 101 MiB of memory, more than its limit of 100 MiB (resources.memoryMebibytes); it was ended']);
      await pass(2);
      expect([machine.starts.length, instance.ready, instance.record.ends]).toEqual([2, true, 1]);
    });

    it('has failed to start when it needs more each time', async () => {
      const { machine, instance, pass } = limited();
      machine.health = { passed: false, reason: 'GET / answered 503' };
      machine.bytes = 500 * MEBIBYTE;
      await pass(8);
      expect(instance.startFailure).toMatch(/^used 500 MiB of memory, more than its limit of 100 MiB/);
    });

    it('is held to it also while a health check hangs, whose late answer is not that of the next process', async () => {
      const { machine, instance, pass } = limited();
      let answer: (result: CheckResult) => void = () => undefined;
      machine.check = () => new Promise((resolve) => { answer = resolve; });
      machine.bytes = 500 * MEBIBYTE;
      await pass(2);
      expect(machine.signals).toEqual(['SIGKILL 100']);
      answer({ passed: true });
      await settle();
      expect([instance.ready, instance.running]).toEqual([false, false]);
    });

    it('runs on where memory cannot be looked at, which is told once', async () => {
      const { machine, instance, pass } = limited();
      machine.bytes = new Error('there is no ps');
      await pass(5);
      expect([instance.ready, machine.problems]).toEqual([true, ['memory cannot be looked at, so limits do not hold: there is no ps']]);
    });

    it('is not looked at without one', async () => {
      const { machine, pass } = started();
      machine.bytes = 500 * MEBIBYTE;
      await pass(3);
      expect(machine.signals).toEqual([]);
    });
  });

  it('is restarted after growing pauses, and in a crash loop from the fifth end in a row', async () => {
    const { machine, instance, pass } = started();
    await pass(1);
    for (let end = 1; end <= 8; end += 1) {
      expect(instance.failed).toBe(end > CRASH_LOOP_ENDS);
      await machine.die();
      const diedAt = machine.milliseconds;
      await pass(restartDelaySeconds(end) + 0.6);
      const pause = ((machine.starts.at(-1) ?? 0) - diedAt) / 1000;
      expect(pause).toBeGreaterThanOrEqual(restartDelaySeconds(end));
      expect(pause).toBeLessThanOrEqual(restartDelaySeconds(end) + 0.4);
    }
    expect(instance.failed).toBe(true);
    expect([1, 2, 3, 4, 5, 6, 7, 8, 60].map(restartDelaySeconds)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('that stays ready for a minute is forgiven its earlier ends', async () => {
    const { machine, instance, pass } = started();
    await pass(1);
    for (let end = 1; end <= 5; end += 1) {
      await machine.die();
      await pass(restartDelaySeconds(end) + 0.6);
    }
    expect([instance.failed, instance.record.ends]).toEqual([true, 5]);
    await pass(61);
    expect([instance.failed, instance.record.ends]).toEqual([false, 0]);
  });

  it('that never became ready has failed to start after three tries, with its last lines', async () => {
    const { machine, instance, pass } = started();
    machine.health = { passed: false, reason: 'refused' };
    machine.lines = ['loading', 'no database'];
    for (let tries = 1; tries <= 3; tries += 1) {
      expect(instance.startFailure).toBeNull();
      await pass(2);
      await machine.die('exited with code 3');
      await pass(0.2);
    }
    expect(instance.startFailure).toBe('exited with code 3; it wrote last:\nloading\nno database');
    expect(instance.failed).toBe(true);
  });

  it('that does not become ready in time is ended, and its start has failed', async () => {
    const { machine, instance, pass } = started({ healthCheck: { startupSeconds: 5 } });
    machine.health = { passed: false, reason: 'GET / answered 503' };
    await pass(4);
    expect(instance.startFailure).toBeNull();
    await pass(2);
    expect(machine.signals).toContain('SIGKILL 100');
    expect(instance.startFailure).toContain('was not ready within 5 s (is not ready yet: GET / answered 503)');
  });

  it('that may not be started has failed at once, and is not asked for all the time', async () => {
    const { machine, instance, pass } = started();
    machine.refusal = '"/bin/rm" is not on the agent\'s allow list';
    await pass(1);
    expect(instance.startFailure).toBe('"/bin/rm" is not on the agent\'s allow list');
    await pass(60);
    expect(instance.record.ends).toBeLessThan(10);
    machine.refusal = null;
    instance.tryAgain();
    await pass(1);
    expect([instance.startFailure, instance.ready]).toEqual([null, true]);
  });

  it('is unhealthy after as many failed checks as asked, keeps running, and is healthy again with one that passes', async () => {
    const { machine, instance, pass } = started({ healthCheck: { unhealthyThreshold: 3, startupSeconds: 60 } });
    await pass(2);
    machine.health = { passed: false, reason: 'no answer within 2 s' };
    await pass(2);
    expect(instance.ready).toBe(true);
    await pass(2);
    expect([instance.ready, instance.running, instance.failed, instance.reason]).toEqual([false, true, true, 'is unhealthy: no answer within 2 s']);
    machine.health = { passed: true };
    await pass(1.2);
    expect([instance.ready, instance.failed, machine.starts.length]).toEqual([true, false, 1]);
  });

  it('that stays unhealthy for as long as a start may take is started anew', async () => {
    const { machine, instance, pass } = started({ healthCheck: { unhealthyThreshold: 1, startupSeconds: 5 } });
    await pass(2);
    machine.health = { passed: false, reason: 'stuck' };
    await pass(7);
    expect(machine.signals).toContain('SIGKILL 100');
    machine.health = { passed: true };
    await pass(2);
    expect([machine.starts.length, instance.ready]).toEqual([2, true]);
  });

  it('is asked to stop, and ended with all of its group when its time to drain is over', async () => {
    const { machine, instance, pass } = started();
    await pass(1);
    instance.stop();
    expect(machine.signals).toEqual(['SIGTERM 100']);
    await pass(9);
    expect(machine.signals).toEqual(['SIGTERM 100']);
    await pass(2);
    expect(machine.signals).toContain('SIGKILL 100');
    await machine.die('was ended by SIGKILL');
    await pass(0.2);
    expect([instance.gone, machine.removed]).toEqual([true, true]);
    expect(machine.starts).toHaveLength(1);
  });

  it('is not gone while its children still finish, but no longer than its time to drain', async () => {
    const { machine, instance, pass } = started();
    await pass(1);
    machine.leftover = true;
    instance.stop();
    await machine.die('exited with code 0');
    await pass(5);
    expect(instance.gone).toBe(false);
    await pass(6);
    expect([instance.gone, machine.leftover]).toEqual([true, false]);
  });

  it('whose record says that it was ready takes traffic at once after it was taken over', () => {
    const machine = new FakeMachine();
    machine.alive.add(100);
    const record = { ...newInstanceRecord('i-1', 'side', '1.0.0'), process: { pid: 100, startedAt: 'then' }, port: 20_000, ready: true, everReady: true };
    const instance = new Instance(record, componentSchema.parse({ name: 'web', port: 8080 }), machine);
    expect(instance.ready).toBe(true);
    instance.tick();
    expect([instance.ready, machine.starts]).toEqual([true, []]);
  });
});
