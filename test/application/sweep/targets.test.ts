import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { GRACE_SECONDS } from '#application/sweep/finding';
import { sweepTenant } from '#application/sweep/sweep-tenant';
import { routes } from '#contracts/http/routes';

import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';
import { ToldTarget } from './told-target.ts';

let system: SimulatedSystem;
let target: ToldTarget;

beforeEach(async () => {
  system = await SimulatedSystem.openWithTenant();
  target = new ToldTarget(system);
  await setUpShop(system);
});

afterEach(async () => {
  await system.close();
});

/** Lets the time of grace pass so many times, each with a word of the target and a sweep. */
async function sweep(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    system.time.advance(GRACE_SECONDS + 1);
    await system.heartbeat();
    expect((await sweepTenant(system.engine.contextOf('default'))).errors).toEqual([]);
    await system.settle();
  }
}

const found = async () => (await system.engine.ports.events.readFeed('default', undefined, 1000)).filter((event) => event.type === 'SweepFound').map((event) => event.payload);
const KIND = { kind: 'target-differs-from-plan', subject: 'target/local/shop/web' };

/** Takes 1.1.0 to all traffic; answers what the target served half-way, of generation 3. */
async function succeed() {
  await deploy(system, '1.0.0');
  const id = await deploy(system, '1.1.0');
  await system.pass(3);
  const before = new Map(target.serving);
  expect(before.get('web')).toMatchObject({ new: { release: '1.1.0' }, stable: { release: '1.0.0' }, weightPercent: 25 });
  await system.pass(20);
  expect((await system.deployment(id)).state).toBe('Succeeded');
  return before;
}

describe('a target after its deployment', () => {
  it('is left alone where it serves what the deployment left', async () => {
    await succeed();
    await sweep(3);
    expect([await found(), target.repairs]).toEqual([[], []]);
  });

  it('is told again what to serve, where its agent went back to an old state with an old weight', async () => {
    const before = await succeed();
    target.goBackTo(before, 3);
    await sweep(4);
    expect(target.repairs).toEqual(['1.1.0 at 100 % under 4']);
    expect(target.serving.get('web')).toMatchObject({ new: { release: '1.1.0', replicas: 4 }, stable: null });
    expect(await found()).toMatchObject([{ ...KIND, repaired: true, reason: expect.stringContaining('release 1.1.0 has 25 % of the traffic, and should have 100 %; it was told again what to serve at ') }]);
  });

  it('is told again what to serve, where it serves another release, or has lost all', async () => {
    await succeed();
    const good = target.serving;
    target.goBackTo(new Map(), 0);
    await sweep(4);
    expect(target.serving).toEqual(good);
    await deploy(system, '1.2.0');
    await system.pass(20);
    target.goBackTo(good, 4);
    await sweep(4);
    expect(target.repairs).toEqual(['1.1.0 at 100 % under 4', '1.2.0 at 100 % under 6']);
    expect(await found()).toMatchObject([{ repaired: true, reason: expect.stringContaining('release 1.1.0 does not run;') }, { repaired: true, reason: expect.stringContaining('release 1.2.0 does not run, release 1.1.0 (100 % of the traffic) does;') }]);
  });

  it('is left alone where only one word of it told otherwise', async () => {
    const before = await succeed();
    const good = target.serving;
    target.goBackTo(before, 3);
    await sweep(1);
    target.goBackTo(good, 3);
    await sweep(2);
    expect([await found(), target.repairs]).toEqual([[], []]);
  });

  it('is told once an hour where it does not do it, and that is recorded once a day', async () => {
    const before = await succeed();
    target.goBackTo(before, 3);
    target.obeys = false;
    await sweep(30);
    const failed = { ...KIND, repaired: false, reason: expect.stringMatching(/^its agent said at .*: release 1\.1\.0 has 25 % .*; it was told again what to serve at .*, and its agent answered failed: failed$/) };
    expect(await found()).toMatchObject([failed]);
    system.time.advance(3600);
    target.obeys = true;
    await sweep(3);
    expect(target.repairs).toEqual(['1.1.0 at 100 % under 4']);
    expect(await found()).toMatchObject([failed, { ...KIND, repaired: true }]);
  });

  it('is recorded anew on the next day', async () => {
    await succeed();
    target.goBackTo(target.serving, 99);
    target.serving = new Map();
    await sweep(5);
    const refused = { ...KIND, repaired: false, reason: expect.stringContaining('it has seen generation 99, and no higher one than 4 was given out here') };
    expect(await found()).toMatchObject([refused]);
    system.time.advance(86_400);
    await sweep(5);
    expect(await found()).toMatchObject([refused, refused]);
    expect(target.repairs).toEqual([]);
  });

  it('is not compared while its agent is of a version that does not tell shares', async () => {
    const before = await succeed();
    target.tellsAll = false;
    target.goBackTo(before, 3);
    await sweep(4);
    expect([await found(), target.repairs]).toEqual([[], []]);
  });

  it('is not compared while it does not answer, and is once it does', async () => {
    const before = await succeed();
    target.goBackTo(before, 3);
    await system.heartbeat();
    system.agentIsUp = false;
    await sweep(4);
    expect([await found(), target.repairs]).toEqual([[], []]);
    system.agentIsUp = true;
    await sweep(4);
    expect(target.repairs).toEqual(['1.1.0 at 100 % under 4']);
  });

  it('is reported where it runs what no deployment put there, and that is not stopped', async () => {
    await succeed();
    system.telling = () => ({ generations: { blog: 1 }, components: [{ application: 'blog', component: 'site', release: '9.9.9', state: 'Running', replicas: 1, readyReplicas: 1, reason: '' }, { application: 'shop', component: 'web', release: '1.1.0', state: 'Running', replicas: 4, readyReplicas: 4, reason: '', weightPercent: 100 }] });
    await sweep(4);
    expect(await found()).toMatchObject([{ kind: KIND.kind, subject: 'target/local', repaired: false, reason: expect.stringContaining('1 component runs of applications that have nothing there: release 9.9.9 of blog/site; no deployment that is known here has succeeded there') }]);
  });
});

describe('a target that is not told again what to serve', () => {
  it('still has an old side to stop, and is reported until that is done', async () => {
    await setUpShop(system, { strategy: { type: 'blue-green', scaleDownDelaySeconds: 300 } });
    await deploy(system, '1.0.0');
    await system.pass(5);
    const id = await deploy(system, '1.1.0');
    await system.pass(5);
    expect((await system.deployment(id)).state).toBe('Succeeded');
    await sweep(3);
    expect(await found()).toEqual([]);
    const desired = target.serving.get('web');
    if (desired === undefined || desired.stable === null) throw new Error('the old side is gone');
    target.serving.set('web', { ...desired, weightPercent: 40 });
    await sweep(3);
    expect(await found()).toMatchObject([{ ...KIND, repaired: false, reason: expect.stringContaining(`release 1.1.0 has 40 % of the traffic, and should have 100 %; the old side of ${id} is still to be stopped`) }]);
    expect(target.repairs).toEqual([]);
    await sweep(8);
    expect(target.serving.get('web')).toMatchObject({ new: { release: '1.1.0' }, stable: null });
    await sweep(2);
    expect([target.repairs, (await found()).length]).toEqual([[], 1]);
  });

  it('has lost a component that its last deployment left alone', async () => {
    const components = [{ name: 'web', port: 8080, replicas: 4 }, { name: 'till', port: 8081, replicas: 1 }];
    await system.call('putApplication', { params: { name: 'shop' }, body: routes.putApplication.body.parse({ apiVersion: 'sluice.dev/v1', kind: 'Application', metadata: { name: 'shop' }, spec: { components } }) });
    for (const release of ['2.0.0', '2.1.0']) {
      const released = [{ name: 'web', artefact: { command: ['node', `${release}.mjs`] } }, { name: 'till', artefact: { command: ['node', 'till.mjs'] } }];
      await system.call('putRelease', { params: { application: 'shop', name: release }, body: routes.putRelease.body.parse({ apiVersion: 'sluice.dev/v1', kind: 'Release', metadata: { name: release }, spec: { application: 'shop', components: released } }) });
      await deploy(system, release);
      await system.pass(20);
    }
    expect(target.serving.get('till')).toMatchObject({ new: { release: '2.0.0' } });
    await sweep(3);
    expect(await found()).toEqual([]);
    target.serving.delete('till');
    await sweep(3);
    expect(await found()).toMatchObject([{ kind: KIND.kind, subject: 'target/local/shop/till', repaired: false, reason: expect.stringContaining('nothing of it runs; the last deployment left it as it was') }]);
    expect(target.repairs).toEqual([]);
  });
});

describe('a target while a deployment runs', () => {
  /** Begins a canary that stays at 25 %. */
  async function beginCanary(): Promise<string> {
    await setUpShop(system, { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { pause: {} }] } });
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    await sweep(3);
    expect([await found(), (await system.deployment(id)).weightPercent]).toEqual([[], { local: 25 }]);
    return id;
  }

  it('is reported and not changed, for the deployment\'s own steps do that', async () => {
    const id = await beginCanary();
    const desired = target.serving.get('web');
    if (desired === undefined) throw new Error('nothing serves');
    target.serving.set('web', { ...desired, weightPercent: 60 });
    await sweep(4);
    expect(await found()).toMatchObject([{ ...KIND, repaired: false, reason: expect.stringContaining('release 1.1.0 has 60 % of the traffic, and should have 25 %; the deployment that runs there tells the target what to serve with its next step') }]);
    expect(target.repairs).toEqual([]);
    await system.call('promoteDeployment', { params: { id }, body: { full: false } });
    await system.pass(20);
    expect([(await system.deployment(id)).state, target.serving.get('web')?.stable]).toEqual(['Succeeded', null]);
  });

  it('is as it should be after a way back too', async () => {
    const id = await beginCanary();
    await system.call('abortDeployment', { params: { id }, body: { comment: 'no' } });
    await system.pass(5);
    await sweep(3);
    expect([(await system.deployment(id)).state, await found()]).toEqual(['Aborted', []]);
  });

  it('never does what it was told again once a newer deployment has told it something', async () => {
    const before = await succeed();
    target.goBackTo(before, 3);
    const obeying = system.answering;
    system.answering = (command) => (command.id.includes('/sweep-') ? 'silent' : obeying(command));
    await sweep(3);
    const id = await deploy(system, '1.2.0');
    await system.pass(3);
    const waiting = async () => (await system.engine.ports.readModels.list('default', 'commands', { limit: 10 })).filter(({ key }) => key.includes('/sweep-'));
    expect(await waiting()).toHaveLength(1);
    system.answering = obeying;
    await sweep(1);
    expect(await waiting()).toEqual([]);
    await system.pass(20);
    expect((await system.deployment(id)).state).toBe('Succeeded');
    expect(target.repairs).toEqual([]);
    expect(target.serving.get('web')).toMatchObject({ new: { release: '1.2.0' }, stable: null });
  });
});
