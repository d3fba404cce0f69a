import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { stepsOf } from './deployment.ts';
import { Shop } from './shop.ts';
import type { Strategy } from './shop.ts';
import { Tenant } from './tenant.ts';
import { stretched, until } from './until.ts';

/** Long enough for the steps that are done at once. */
const deadlineSeconds = stretched(2);

const untilPromoted: Strategy = { type: 'canary', steps: [{ weightPercent: 50 }, { pause: {} }] };

describe.concurrent('a deployment goes back by itself', () => {
  let tenant: Tenant;
  beforeAll(async () => { tenant = await Tenant.open('failures'); });
  afterAll(async () => await tenant.close());

  const lostHealth = (application: string) => [{ application, component: 'web', release: '1.1.0', state: 'Failed', replicas: 2, readyReplicas: 0, reason: 'it crashed 5 times in a row' } as const];

  it('when the new release loses its health', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    shop.agent.components = lostHealth(shop.application);
    await shop.agent.heartbeat();
    expect((await deployment.endsAs('RolledBack')).reason).toContain('it crashed 5 times in a row');
    expect(await deployment.told('HealthLost')).toEqual(['HealthLost']);
  });

  it('and not when that is switched off: then a person is asked', async () => {
    const shop = await Shop.open(tenant, { strategy: { ...untilPromoted, rollbackTriggers: { health: false } } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    shop.agent.components = lostHealth(shop.application);
    await shop.agent.heartbeat();
    expect((await deployment.paused()).reason).toContain('it crashed 5 times in a row');
    await tenant.client.promoteDeployment({ ...deployment.params, body: { full: true } });
    await deployment.endsAs('Succeeded');
  });

  it('when a step is not done within its deadline', async () => {
    const shop = await Shop.open(tenant, { strategy: { ...untilPromoted, progressDeadlineSeconds: deadlineSeconds } });
    await shop.isServed();
    shop.agent.handling = ({ desired }) => (desired.weightPercent === 50 ? 'silent' : 'succeeded');
    const ended = await (await shop.deploy('1.1.0')).endsAs('RolledBack');
    expect(ended.reason).toContain(`the progress deadline of ${deadlineSeconds} s was passed`);
    expect(stepsOf(ended, 'rollback')).toEqual(['restore succeeded']);
  });

  it('and waits on for such a step when the deadline is switched off', async () => {
    const shop = await Shop.open(tenant, { strategy: { ...untilPromoted, progressDeadlineSeconds: 1, rollbackTriggers: { deadline: false } } });
    await shop.isServed();
    const begun = performance.now();
    shop.agent.handling = async ({ desired }) => {
      if (desired.weightPercent === 50) await until('the deadline has passed several times', () => (performance.now() - begun > 4000 ? true : undefined));
      return 'succeeded' as const;
    };
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    expect(performance.now() - begun).toBeGreaterThan(4000);
    await tenant.client.promoteDeployment({ ...deployment.params });
    expect(stepsOf(await deployment.endsAs('Succeeded')).filter((one) => one.endsWith('failed'))).toEqual([]);
  });

  it('when a target refuses a check before: then nothing was changed', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    await shop.isServed();
    shop.agent.handling = ({ verb }) => (verb === 'check' ? 'failed' : 'succeeded');
    const ended = await (await shop.deploy('1.1.0')).endsAs('Failed');
    expect(ended.reason).toContain('nothing was changed');
    expect(ended.checks).toContainEqual(expect.objectContaining({ phase: 'before', check: `artefact/${shop.agent.target}/web`, outcome: 'failed', reason: 'as the test wants it' }));
    expect(shop.agent.applied()).toEqual([]);
    expect(await shop.serving()).toMatchObject({ release: '1.0.0', heldBy: null });
  });

  it('when nobody serves a target: then nothing was changed', async () => {
    const shop = await Shop.open(tenant, { strategy: untilPromoted });
    const name = `${shop.environment}-unserved`;
    const head = { apiVersion: 'sluice.dev/v1' } as const;
    await tenant.client.putTarget({ params: { name }, body: { ...head, kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
    await shop.changeEnvironment({ waves: [{ targets: [shop.agent.target, name] }] });
    const ended = await (await shop.deploy('1.0.0')).endsAs('Failed');
    expect(ended.checks.filter((one) => one.outcome === 'failed')).toMatchObject([{ check: `reachable/${name}`, reason: expect.stringContaining('sluice agent') }]);
    expect(shop.agent.applied()).toEqual([]);
    expect(await tenant.client.getTargetStatus({ params: { name } })).toMatchObject({ reachable: false, lastSeenAt: null, epoch: 0 });
  });
});
