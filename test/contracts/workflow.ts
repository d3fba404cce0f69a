import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MachineName } from '#contracts/functions';
import type { ExecutionStatus, ParkedToken, Workflow } from '#ports/workflow';

import { BRIEF_SECONDS } from './asking-machine.ts';
import { freshDeployment, freshTenant } from './subject.ts';
import type { OpenSubject, TimedSubject } from './subject.ts';

/** What the machine asked: the input of its function. */
export type Asked = { readonly tenant: string; readonly deployment: string; readonly step: string; readonly token: string };

/**
 * A workflow whose machine `machine` is the `askingMachine`, and whose function `start-wait` only notes what it was asked. `until` waits until
 * something holds, and fails when it does not within a time of the service's own; `pass` lets seconds pass, virtually or by really waiting.
 */
export type WorkflowSubject = TimedSubject<Workflow> & {
  readonly machine: MachineName; readonly asked: readonly Asked[];
  until(holds: () => Promise<boolean>): Promise<void>;
  pass(seconds: number): Promise<void>;
};

type Execution = { readonly tenant: string; readonly deployment: string };

/** What all workflows promise. */
export function workflowContract(name: string, open: OpenSubject<WorkflowSubject>): void {
  describe(`workflow: ${name}`, () => {
    let subject: WorkflowSubject;
    let workflow: Workflow;
    beforeAll(async () => {
      subject = await open();
      workflow = subject.port;
    });
    afterAll(() => subject.close());

    const fresh = (): Execution => ({ tenant: freshTenant(), deployment: freshDeployment() });
    const start = (execution: Execution) => workflow.start({ tenant: execution.tenant, machine: subject.machine, name: execution.deployment, input: execution });
    /** The tokens of a question, each once: a function may be called twice. */
    const tokens = ({ tenant, deployment }: Execution, step = 'ask') =>
      [...new Set(subject.asked.filter((one) => one.tenant === tenant && one.deployment === deployment && one.step === step).map(({ token }) => token))];
    const tokenOf = async (execution: Execution, step = 'ask'): Promise<string> => {
      await subject.until(async () => tokens(execution, step).length > 0);
      return tokens(execution, step)[0] ?? '';
    };
    const statusOf = async ({ tenant, deployment }: Execution) => (await workflow.describe(tenant, deployment))?.status;
    const ends = async (execution: Execution, status: ExecutionStatus) => {
      await subject.until(async () => (await statusOf(execution)) !== 'RUNNING');
      expect(await statusOf(execution)).toBe(status);
    };
    const started = async (): Promise<Execution & { readonly token: string }> => {
      const execution = fresh();
      await start(execution);
      return { ...execution, token: await tokenOf(execution) };
    };

    describe('executions', () => {
      it('gives the machine its input, runs while it waits and succeeds with the answer', async () => {
        const execution = fresh();
        expect(await statusOf(execution)).toBeUndefined();
        expect(await start(execution)).toEqual({ started: true });
        const token = await tokenOf(execution);
        expect(await statusOf(execution)).toBe('RUNNING');
        expect(await workflow.succeed(token, { outcome: 'continue', reason: 'because' })).toBe('accepted');
        await ends(execution, 'SUCCEEDED');
        expect(tokens(execution, 'ask-again')).toEqual([]);
      });

      it('passes the answer on to the machine, which may ask again with another token', async () => {
        const execution = await started();
        await workflow.succeed(execution.token, { outcome: 'retry', reason: 'once more' });
        const again = await tokenOf(execution, 'ask-again');
        expect(again).not.toBe(execution.token);
        await workflow.succeed(again, { outcome: 'continue', reason: 'because' });
        await ends(execution, 'SUCCEEDED');
      });

      it('fails when its task fails', async () => {
        const execution = await started();
        expect(await workflow.fail(execution.token, { error: 'Broken', cause: 'it broke' })).toBe('accepted');
        await ends(execution, 'FAILED');
      });

      it('fails when a task gets no answer in its time, and takes none afterwards', async () => {
        const execution = await started();
        await workflow.succeed(execution.token, { outcome: 'retry', reason: 'once more' });
        const again = await tokenOf(execution, 'ask-again');
        await subject.pass(BRIEF_SECONDS + 1);
        await ends(execution, 'FAILED');
        expect(await workflow.succeed(again, { outcome: 'continue', reason: 'too late' })).toBe('gone');
      });

      it('is started once by its name, at the same time, while it runs and after its end', async () => {
        const execution = fresh();
        await Promise.all([start(execution), start(execution), start(execution)]);
        await start(execution);
        const token = await tokenOf(execution);
        await subject.pass(1);
        expect(tokens(execution)).toEqual([token]);
        await workflow.succeed(token, { outcome: 'continue', reason: 'because' });
        await ends(execution, 'SUCCEEDED');
        expect(await start(execution)).toEqual({ started: false });
        await subject.pass(1);
        expect(tokens(execution)).toEqual([token]);
      });

      it('is another one of another tenant, also by the same name', async () => {
        const one = await started();
        const two = { tenant: freshTenant(), deployment: one.deployment };
        expect(await statusOf(two)).toBeUndefined();
        await start(two);
        await workflow.succeed(await tokenOf(two), { outcome: 'continue', reason: 'because' });
        await ends(two, 'SUCCEEDED');
        expect(await statusOf(one)).toBe('RUNNING');
        await workflow.succeed(one.token, { outcome: 'continue', reason: 'because' });
        await ends(one, 'SUCCEEDED');
      });
    });

    describe('tokens', () => {
      it('take one answer, and are gone then', async () => {
        const { token } = await started();
        const answers = await Promise.all([workflow.succeed(token, { outcome: 'continue' }), workflow.fail(token, { error: 'Late', cause: 'late' }), workflow.succeed(token, { outcome: 'continue' })]);
        expect(answers.toSorted()).toEqual(['accepted', 'gone', 'gone']);
        expect(await workflow.succeed(token, { outcome: 'continue' })).toBe('gone');
        expect(await workflow.fail(token, { error: 'Late', cause: 'late' })).toBe('gone');
      });

      it('that are none of its own are gone', async () => {
        for (const token of ['nonsense', Buffer.from('["t","n","1"]').toString('base64url'), 'x'.repeat(1000)]) {
          expect(await workflow.succeed(token, {})).toBe('gone');
          expect(await workflow.fail(token, { error: 'E', cause: 'c' })).toBe('gone');
        }
      });
    });

    describe('parked tokens', () => {
      const parked = async ({ tenant, deployment }: Execution) => (await workflow.parked(tenant, deployment)).map(({ wait, token }) => `${wait} ${token}`).toSorted();

      it('are kept with their wait until they are taken out', async () => {
        const execution = fresh();
        const before = subject.now();
        await workflow.park({ ...execution, wait: 'step-1' }, 'token-a');
        const [found]: readonly ParkedToken[] = await workflow.parked(execution.tenant, execution.deployment);
        expect(found).toEqual({ ...execution, wait: 'step-1', token: 'token-a', parkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
        // Another machine's clock may differ a little from the one that was read before.
        expect(Math.abs(Date.parse(found?.parkedAt ?? '') - before)).toBeLessThan(60_000);
        await workflow.unpark({ ...execution, wait: 'step-1' }, 'token-a');
        await workflow.unpark({ ...execution, wait: 'step-1' }, 'token-a');
        expect(await parked(execution)).toEqual([]);
      });

      it('of one wait stay side by side, each once', async () => {
        const execution = fresh();
        for (const [wait, token] of [['step-1', 'a'], ['step-1', 'b'], ['gate:step-1', 'c'], ['step-1', 'a']] as const) await workflow.park({ ...execution, wait }, token);
        expect(await parked(execution)).toEqual(['gate:step-1 c', 'step-1 a', 'step-1 b']);
        await workflow.unpark({ ...execution, wait: 'step-1' }, 'a');
        await workflow.unpark({ ...execution, wait: 'step-1' }, 'c');
        expect(await parked(execution)).toEqual(['gate:step-1 c', 'step-1 b']);
      });

      it('may be as long as a service\'s tokens are', async () => {
        const execution = fresh();
        await workflow.park({ ...execution, wait: 'step-1' }, 't'.repeat(2048));
        expect(await parked(execution)).toEqual([`step-1 ${'t'.repeat(2048)}`]);
      });

      it('are those of their tenant and deployment', async () => {
        const one = fresh();
        await workflow.park({ ...one, wait: 'step-1' }, 'a');
        const others = [{ tenant: one.tenant, deployment: freshDeployment() }, { tenant: freshTenant(), deployment: one.deployment }];
        for (const other of others) {
          expect(await parked(other)).toEqual([]);
          await workflow.unpark({ ...other, wait: 'step-1' }, 'a');
        }
        expect(await parked(one)).toEqual(['step-1 a']);
      });
    });
  });
}
