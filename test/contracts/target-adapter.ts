import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AdapterAnswer, Command, DesiredState, SideSpec } from '#contracts/adapter';
import type { TargetAdapter } from '#ports/target-adapter';

import { freshDeployment } from './subject.ts';

/** An adapter under test on a target of its own, where nothing runs at first. */
export type TargetAdapterSubject = {
  readonly port: TargetAdapter;
  readonly target: string;
  /** A side of a service `web` of the application `shop` that starts and is healthy; it answers clients with its release's name. */
  working(release: string, replicas: number): SideSpec;
  /** A side whose start fails; what it writes ends with the line `last words`. */
  failing(release: string): SideSpec;
  /** Which release answers one client's request now; `undefined` when none does. */
  ask(): Promise<string | undefined>;
  /** The adapter as after a restart of the one before, which is not used any more. */
  restarted(): Promise<TargetAdapter>;
  close(): Promise<void>;
};

/** The verbs' promise: an answer within 10 s. */
const ANSWER_SECONDS = 10;
const END_SECONDS = 60;

/** What all target adapters promise. */
export function targetAdapterContract(name: string, open: () => Promise<TargetAdapterSubject>): void {
  describe(`target adapter: ${name}`, { timeout: 2 * END_SECONDS * 1000 }, () => {
    let subject: TargetAdapterSubject;
    let deployment = '';
    let steps = 0;
    beforeEach(async () => {
      subject = await open();
      deployment = freshDeployment();
    });
    afterEach(() => subject.close());

    const command = (verb: Command['verb'], desired: DesiredState, generation = 1): Command => {
      steps += 1;
      return {
        id: `${deployment}/step-${steps}/${subject.target}/web`, deployment, application: 'shop', target: subject.target, component: 'web', verb,
        generation: verb === 'check' ? 0 : generation, desired, deadline: new Date(Date.now() + END_SECONDS * 1000).toISOString(),
      };
    };
    const only = (side: SideSpec | null): DesiredState => ({ new: side, stable: null, weightPercent: side === null ? 0 : 100 });
    const split = (next: SideSpec, stable: SideSpec, weightPercent: number): DesiredState => ({ new: next, stable, weightPercent });
    const perform = (one: Command, adapter = subject.port): Promise<AdapterAnswer> => endOf(adapter, one);
    const answers = async (count: number): Promise<readonly (string | undefined)[]> => {
      const seen: (string | undefined)[] = [];
      for (let index = 0; index < count; index += 1) seen.push(await subject.ask());
      return seen;
    };

    it('says before anything is started whether it could be, and changes nothing', async () => {
      expect(await perform(command('check', only(subject.working('1.0.0', 1))))).toMatchObject({ state: 'done' });
      expect(await subject.port.observe()).toEqual([]);
      expect(await subject.ask()).toBeUndefined();
    });

    it('answers a check by named checks, each once, and looks at capacity where it is told what is needed', async () => {
      const checked = async (change: Partial<Command>) => {
        const answer = await perform({ ...command('check', only(subject.working('1.0.0', 1))), ...change });
        if (answer.state === 'pending') throw new Error('a check is answered at once');
        const found = Object.fromEntries((answer.checks ?? []).map((one) => [one.check, one.outcome]));
        expect(Object.keys(found)).toHaveLength(answer.checks?.length ?? 0);
        return { state: answer.state, found };
      };
      const { state, found } = await checked({});
      expect([state, found['artefact'], found['permission'], found['capacity']]).toEqual(['done', 'passed', 'passed', undefined]);
      expect(await checked({ demand: { cpuMillis: 1, memoryMebibytes: 1 } })).toMatchObject({ state: 'done', found: { capacity: 'passed' } });
      expect(await checked({ demand: { cpuMillis: 1, memoryMebibytes: Number.MAX_SAFE_INTEGER } })).toMatchObject({ state: 'failed', found: { capacity: 'failed' } });
    });

    it('starts a first release and sends all traffic to it', async () => {
      expect(await perform(command('apply', only(subject.working('1.0.0', 2))))).toMatchObject({ state: 'done' });
      expect(await subject.port.observe()).toEqual([expect.objectContaining({ application: 'shop', component: 'web', release: '1.0.0', state: 'Running', replicas: 2, readyReplicas: 2 })]);
      expect(await answers(3)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
      expect(await perform(command('verify', only(subject.working('1.0.0', 2))))).toMatchObject({ state: 'done' });
    });

    it('gives a new side exactly its weight, and everything at 100', async () => {
      const [stable, next] = [subject.working('1.0.0', 1), subject.working('1.1.0', 1)];
      await perform(command('apply', only(stable)));
      expect(await perform(command('apply', split(next, stable, 0)))).toMatchObject({ state: 'done' });
      expect(await answers(5)).toEqual(Array.from({ length: 5 }, () => '1.0.0'));
      expect(await perform(command('apply', split(next, stable, 30)))).toMatchObject({ state: 'done' });
      expect((await answers(100)).filter((release) => release === '1.1.0')).toHaveLength(30);
      expect(await perform(command('apply', only(next)))).toMatchObject({ state: 'done' });
      expect(await answers(5)).toEqual(Array.from({ length: 5 }, () => '1.1.0'));
      expect((await subject.port.observe()).map((one) => one.release)).toEqual(['1.1.0']);
    });

    it('scales a side up and down', async () => {
      await perform(command('apply', only(subject.working('1.0.0', 1))));
      expect(await perform(command('apply', only(subject.working('1.0.0', 3))))).toMatchObject({ state: 'done' });
      expect(await subject.port.observe()).toEqual([expect.objectContaining({ replicas: 3, readyReplicas: 3 })]);
      expect(await perform(command('apply', only(subject.working('1.0.0', 1))))).toMatchObject({ state: 'done' });
      expect(await subject.port.observe()).toEqual([expect.objectContaining({ state: 'Running', replicas: 1, readyReplicas: 1 })]);
    });

    it('stops what is not wanted, and everything when nothing is', async () => {
      await perform(command('apply', only(subject.working('1.0.0', 1))));
      expect(await perform(command('apply', only(null)))).toMatchObject({ state: 'done' });
      expect(await subject.port.observe()).toEqual([]);
      expect(await subject.ask()).toBeUndefined();
    });

    it('tells why a start failed, with the last lines of the release, and leaves traffic where it was', async () => {
      const stable = subject.working('1.0.0', 1);
      await perform(command('apply', only(stable)));
      const answer = await perform(command('apply', split(subject.failing('1.1.0'), stable, 50)));
      expect(answer.state).toBe('failed');
      expect(answer.reason).toContain('1.1.0');
      expect(answer.reason).toContain('last words');
      expect(answer.reason.length).toBeLessThanOrEqual(2000);
      expect(await answers(20)).toEqual(Array.from({ length: 20 }, () => '1.0.0'));
      expect(await perform(command('verify', only(stable)))).toMatchObject({ state: 'done' });
    });

    it('finds out that what a command names does not run', async () => {
      await perform(command('apply', only(subject.working('1.0.0', 1))));
      expect(await perform(command('verify', only(subject.working('1.1.0', 1))))).toMatchObject({ state: 'failed' });
    });

    it('does a command once, however often and however late it comes, also after a restart', async () => {
      const [stable, next] = [subject.working('1.0.0', 1), subject.working('1.1.0', 1)];
      const first = command('apply', only(stable));
      const done = await perform(first);
      await perform(command('apply', only(next)));
      expect(await subject.port.perform(first, {})).toEqual(done);
      const adapter = await subject.restarted();
      expect(await adapter.perform(first, {})).toEqual(done);
      expect(await perform(command('verify', only(next)), adapter)).toMatchObject({ state: 'done' });
      expect(await answers(3)).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    });

    it('refuses a generation lower than it has seen, also after a restart, and does nothing', async () => {
      const stable = subject.working('1.0.0', 1);
      await perform(command('apply', only(stable), 5));
      const late = command('apply', only(subject.working('1.1.0', 1)), 4);
      expect(await subject.port.perform(late, {})).toMatchObject({ state: 'failed', superseded: true });
      const adapter = await subject.restarted();
      expect(await adapter.perform(late, {})).toMatchObject({ state: 'failed', superseded: true });
      expect(await perform(command('verify', only(stable), 5), adapter)).toMatchObject({ state: 'done' });
      expect(await perform(command('check', only(stable)), adapter)).toMatchObject({ state: 'done' });
    });

    it('takes a change at once after a restart, as long as it knows what runs', async () => {
      await perform(command('apply', only(subject.working('1.0.0', 1))));
      const adapter = await subject.restarted();
      expect(await perform(command('apply', only(subject.working('1.1.0', 1))), adapter)).toMatchObject({ state: 'done' });
      expect(await answers(3)).toEqual(['1.1.0', '1.1.0', '1.1.0']);
      expect((await adapter.observe()).map((one) => one.release)).toEqual(['1.1.0']);
    });

    it('goes on with what runs after a restart', async () => {
      await perform(command('apply', only(subject.working('1.0.0', 2))));
      const adapter = await subject.restarted();
      expect(await perform(command('verify', only(subject.working('1.0.0', 2))), adapter)).toMatchObject({ state: 'done' });
      expect(await answers(3)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    });
  });
}

/** Asks about a command until it has ended; every answer must come in time. */
export async function endOf(adapter: TargetAdapter, command: Command, secrets: { readonly [name: string]: string } = {}): Promise<AdapterAnswer> {
  const deadline = Date.now() + END_SECONDS * 1000;
  while (Date.now() < deadline) {
    const asked = Date.now();
    const answer = await adapter.perform(command, { ...secrets });
    expect(Date.now() - asked).toBeLessThan(ANSWER_SECONDS * 1000);
    if (answer.state !== 'pending') return answer;
    await wait(answer.checkAfterSeconds * 1000);
  }
  throw new Error(`${command.id} did not end in ${END_SECONDS} s`);
}
