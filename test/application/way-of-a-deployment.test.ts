import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deploy, setUpShop } from './shop.ts';
import { SimulatedSystem } from './simulated-system.ts';

let system: SimulatedSystem;

beforeEach(async () => {
  system = await SimulatedSystem.open();
});

afterEach(async () => {
  await system.close();
});

const verbs = () => system.done.map((one) => `${one.verb} ${one.desired.new?.release ?? '-'}x${one.desired.new?.replicas ?? 0} ${one.desired.stable?.release ?? '-'}x${one.desired.stable?.replicas ?? 0} ${one.desired.weightPercent}% g${one.generation}`);

describe('the way of a deployment', () => {
  it('takes a first deployment straight to all traffic', async () => {
    await setUpShop(system);
    const id = await deploy(system, '1.0.0');
    const view = await system.deployment(id);
    expect(system.troubles).toEqual([]);
    expect(view).toMatchObject({ state: 'Succeeded', weightPercent: { local: 100 } });
    expect(verbs()).toEqual(['check 1.0.0x4 -x0 100% g0', 'apply 1.0.0x4 -x0 100% g1', 'verify 1.0.0x4 -x0 100% g1']);
  });

  it('moves a canary step by step, bakes, promotes and retires the old release', async () => {
    await setUpShop(system);
    await deploy(system, '1.0.0');
    system.done.length = 0;
    const id = await deploy(system, '1.1.0');
    expect(await system.deployment(id)).toMatchObject({ state: 'Progressing', weightPercent: { local: 25 } });
    await system.pass(9);
    expect(await system.deployment(id)).toMatchObject({ state: 'Progressing', weightPercent: { local: 25 } });
    await system.pass(3);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded', weightPercent: { local: 100 } });
    expect(verbs()).toEqual([
      'check 1.1.0x4 -x0 100% g0',
      'apply 1.1.0x1 1.0.0x4 0% g3', 'apply 1.1.0x1 1.0.0x4 25% g3', 'verify 1.1.0x1 1.0.0x4 25% g3',
      'apply 1.1.0x4 1.0.0x4 100% g3', 'verify 1.1.0x4 1.0.0x4 100% g3', 'apply 1.1.0x4 -x0 100% g3',
    ]);
  });

  it('rolls back by itself when a step fails, with a higher generation', async () => {
    await setUpShop(system);
    await deploy(system, '1.0.0');
    system.done.length = 0;
    system.answering = (command) => (command.verb === 'verify' && command.desired.new?.release === '1.1.0' ? 'failed' : 'done');
    const id = await deploy(system, '1.1.0');
    expect(await system.deployment(id)).toMatchObject({ state: 'RolledBack', weightPercent: { local: 0 } });
    expect(verbs().at(-1)).toBe('apply -x0 1.0.0x4 0% g4');
    const again = await deploy(system, '1.2.0');
    await system.pass(12);
    expect(await system.deployment(again)).toMatchObject({ state: 'Succeeded', targets: [{ stable: '1.0.0' }] });
  });

  it('fails a first deployment that cannot start, and stops its processes', async () => {
    await setUpShop(system);
    system.answering = (command) => (command.verb === 'apply' && command.desired.new !== null ? 'failed' : 'done');
    const id = await deploy(system, '1.0.0');
    expect(await system.deployment(id)).toMatchObject({ state: 'Failed' });
    expect(verbs().at(-1)).toBe('apply -x0 -x0 0% g2');
  });

  it('rolls back when the analysis finds the canary worse, and promotes when it does not', async () => {
    await setUpShop(system, { strategy: { type: 'canary', steps: [{ weightPercent: 50 }, { analysis: { template: 'errors' } }] } });
    await deploy(system, '1.0.0');
    system.behaviour = { '1.0.0': { requests: 50, errors: 0 }, '1.1.0': { requests: 50, errors: 0 }, '1.2.0': { requests: 50, errors: 5 } };
    const good = await deploy(system, '1.1.0');
    await system.pass(20);
    expect(await system.deployment(good)).toMatchObject({ state: 'Succeeded', verdicts: [{ verdict: 'Successful' }] });
    const bad = await deploy(system, '1.2.0');
    await system.pass(8);
    const view = await system.deployment(bad);
    expect(view).toMatchObject({ state: 'RolledBack', verdicts: [{ verdict: 'Failed' }] });
    expect(view.reason).toContain('10 is > 2');
  });

  it('pauses on silence and goes on with a new run after resume', async () => {
    await setUpShop(system, { strategy: { type: 'canary', steps: [{ weightPercent: 50 }, { analysis: { template: 'errors' } }] } });
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    await system.pass(25);
    expect(await system.deployment(id)).toMatchObject({ state: 'Paused', paused: { by: 'analysis' }, verdicts: [{ verdict: 'Inconclusive', run: 1 }] });
    system.behaviour = { '1.0.0': { requests: 50, errors: 0 }, '1.1.0': { requests: 50, errors: 0 } };
    await system.call('resumeDeployment', { params: { id }, body: {} });
    await system.pass(20);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded', verdicts: [{ run: 1 }, { verdict: 'Successful', run: 2 }] });
  });

  it('queues behind a running deployment, and supersedes it when asked to', async () => {
    await setUpShop(system);
    await deploy(system, '1.0.0');
    const first = await deploy(system, '1.1.0');
    const second = await deploy(system, '1.2.0');
    expect(await system.deployment(second)).toMatchObject({ state: 'Requested', reason: `queued behind ${first}` });
    const third = await deploy(system, '1.2.0', { ifRunning: 'supersede' });
    expect(await system.deployment(second)).toMatchObject({ state: 'Aborted' });
    expect(await system.deployment(first)).toMatchObject({ state: 'Aborted' });
    await system.pass(12);
    expect(await system.deployment(third)).toMatchObject({ state: 'Succeeded', targets: [{ stable: '1.0.0' }] });
  });

  it('waits for approvals, takes pause, promote and abort', async () => {
    await setUpShop(system, { approvals: { required: 1 }, strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] } });
    const first = await deploy(system, '1.0.0');
    const waiting = await system.deployment(first);
    expect(waiting).toMatchObject({ step: '1-approve', state: 'Progressing' });
    await system.call('approveDeployment', { params: { id: first }, body: { step: '1-approve' } }, { role: 'approver', name: 'bob' });
    await system.settle();
    expect(await system.deployment(first)).toMatchObject({ state: 'Succeeded' });
    const second = await deploy(system, '1.1.0');
    await system.call('approveDeployment', { params: { id: second }, body: {} }, { role: 'approver', name: 'bob' });
    await system.settle();
    expect((await system.deployment(second)).step).toContain('pause');
    await system.call('pauseDeployment', { params: { id: second }, body: {} });
    await system.call('promoteDeployment', { params: { id: second }, body: { full: false } });
    await system.settle();
    expect(await system.deployment(second)).toMatchObject({ state: 'Paused', weightPercent: { local: 10 } });
    await system.call('abortDeployment', { params: { id: second }, body: { comment: 'no' } });
    await system.settle();
    expect(await system.deployment(second)).toMatchObject({ state: 'Aborted', weightPercent: { local: 0 } });
  });

  it('repeats a rollback until the target answers', async () => {
    await setUpShop(system, { strategy: { type: 'canary', progressDeadlineSeconds: 20, steps: [{ weightPercent: 10 }, { pause: {} }] } });
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    system.agentIsUp = false;
    await system.call('abortDeployment', { params: { id }, body: {} });
    await system.pass(60);
    expect(await system.deployment(id)).toMatchObject({ state: 'RollingBack' });
    system.agentIsUp = true;
    await system.pass(60);
    expect(await system.deployment(id)).toMatchObject({ state: 'Aborted', weightPercent: { local: 0 } });
  });

  it('holds in a freeze that begins later, and passes it on the way back', async () => {
    await setUpShop(system, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: 30 }] }, freezes: [{ name: 'evening', startsAt: '2026-11-21T12:00:20Z', endsAt: '2026-11-21T12:02:00Z' }] });
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    await system.pass(40);
    expect(await system.deployment(id)).toMatchObject({ state: 'Paused', paused: { by: 'freeze' } });
    await expect(deploy(system, '1.2.0')).rejects.toMatchObject({ code: 'freeze-active' });
    await system.pass(90);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
  });

  it('goes on where it was after the process ended in the middle', async () => {
    await setUpShop(system);
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    await system.stop();
    await system.start();
    await system.pass(15);
    expect(await system.deployment(id)).toMatchObject({ state: 'Succeeded' });
  });
});
