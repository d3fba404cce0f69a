import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { requireDeployment } from '#application/deployments/load-deployment';
import { endedExecutions } from '#application/sweep/ended-executions';
import { GRACE_SECONDS } from '#application/sweep/finding';
import { sweepTenant } from '#application/sweep/sweep-tenant';

import { QuietSystem } from '../quiet-system.ts';
import { putShop, requestShop } from '../resources/shop-documents.ts';
import { deploy, setUpShop } from '../shop.ts';
import { SimulatedSystem } from '../simulated-system.ts';
import { endExecution } from './breaking.ts';

describe('a deployment whose execution was lost', () => {
  let system: QuietSystem;
  let id: string;

  beforeEach(async () => {
    system = await QuietSystem.open();
    await putShop(system);
    id = await requestShop(system, '1.4.2');
    await system.project(`deployment/${id}`);
  });

  afterEach(async () => {
    await system.close();
  });

  const sweep = async () => {
    system.time.advance(GRACE_SECONDS);
    return (await sweepTenant(system.context())).findings;
  };
  const statusOf = async (name: string) => (await system.engine.ports.workflow.describe('default', name))?.status;

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED', 'SUCCEEDED'] as const)('is recovered when it ended as %s', async (status) => {
    await endExecution(system.engine, id, status);
    expect(await sweep()).toEqual([{ kind: 'execution-ended-early', subject: `deployment/${id}`, repaired: true, reason: `its execution ended (${status}) while it was Planned; recovery 1 was started` }]);
    expect(await statusOf(`recover-${id}`)).toBe('RUNNING');
  });

  it('is not recovered twice at the same time', async () => {
    await endExecution(system.engine, id);
    expect(await sweep()).toHaveLength(1);
    expect(await sweep()).toEqual([]);
    expect(await statusOf(`recover-${id}-2`)).toBeUndefined();
  });

  it('is recovered again and again while the recoveries are lost too', async () => {
    await endExecution(system.engine, id);
    for (let number = 1; number <= 9; number += 1) {
      expect(await sweep()).toMatchObject([{ reason: expect.stringContaining(`recovery ${number} was started`) }]);
      await endExecution(system.engine, number === 1 ? `recover-${id}` : `recover-${id}-${number}`, 'TIMED_OUT');
    }
  });

  it('is not recovered when it ends between the look at its stream and that at its execution', async () => {
    await endExecution(system.engine, id, 'SUCCEEDED');
    const loaded = await requireDeployment(system.context(), id);
    await system.append(`deployment/${id}`, { type: 'DeploymentAborted', payload: { reason: 'because' } });
    expect(await endedExecutions.run(system.context(), loaded)).toBeUndefined();
    expect(await statusOf(`recover-${id}`)).toBeUndefined();
  });

  it('is not recovered when it has ended', async () => {
    await endExecution(system.engine, id, 'SUCCEEDED');
    await system.append(`deployment/${id}`, { type: 'DeploymentAborted', payload: { reason: 'because' } });
    await sweep();
    expect(await statusOf(`recover-${id}`)).toBeUndefined();
  });
});

describe('a running system', () => {
  let system: SimulatedSystem;

  beforeEach(async () => {
    system = await SimulatedSystem.openWithTenant();
    await setUpShop(system);
  });

  afterEach(async () => {
    await system.close();
  });

  it('takes a canary whose machine was lost back to the stable release, within two minutes', async () => {
    await deploy(system, '1.0.0');
    const id = await deploy(system, '1.1.0');
    expect(await system.deployment(id)).toMatchObject({ state: 'Progressing', weightPercent: { local: 25 } });
    await endExecution(system.engine, id);
    await system.pass(120);
    expect(await system.deployment(id)).toMatchObject({ state: 'RolledBack', weightPercent: { local: 0 } });
    expect(system.done.at(-1)).toMatchObject({ verb: 'apply', desired: { new: null, stable: { release: '1.0.0' } } });
    expect(await system.engine.ports.leases.listHeld('default')).toEqual([]);
    expect(system.troubles).toEqual([]);
  });

  it('finds nothing to repair while deployments go their way', async () => {
    await deploy(system, '1.0.0');
    await deploy(system, '1.1.0');
    await system.pass(200);
    const feed = await system.engine.ports.events.readFeed('default', undefined, 1000);
    expect(feed.some((event) => event.type === 'DeploymentSucceeded')).toBe(true);
    expect(feed.filter((event) => event.type === 'SweepFound')).toEqual([]);
  });
});
