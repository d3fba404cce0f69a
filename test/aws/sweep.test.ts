import { afterEach, beforeEach, expect, it } from 'vitest';

import { GRACE_SECONDS } from '#application/sweep/finding';
import { finishDeployment } from '#application/deployments/finish-deployment';
import { loadDeployment } from '#application/deployments/load-deployment';
import { sweepTenant } from '#application/sweep/sweep-tenant';
import { DynamoLeases } from '#aws/lease';
import { StepFunctionsWorkflow } from '#aws/workflow';
import type { Executions } from '#aws/workflow';

import { QuietSystem } from '../application/quiet-system.ts';
import { putShop, requestShop } from '../application/resources/shop-documents.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

/** Executions that start, and end when the test ends them. */
class PlayedExecutions implements Executions {
  readonly statuses = new Map<string, string>();
  readonly given: string[] = [];

  async start(machineArn: string, name: string): Promise<boolean> {
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.statuses.has(arn)) return await Promise.resolve(false);
    this.statuses.set(arn, 'RUNNING');
    return true;
  }

  async statusOf(arn: string): Promise<string | undefined> {
    return await Promise.resolve(this.statuses.get(arn));
  }

  async succeed(token: string): Promise<'accepted'> {
    this.given.push(token);
    return await Promise.resolve('accepted');
  }

  fail = this.succeed;

  /** Ends the executions of a machine, as Step Functions does when one runs into its time-out. */
  end(machine: string, status: string): void {
    for (const arn of this.statuses.keys()) if (arn.includes(`:${machine}:`)) this.statuses.set(arn, status);
  }

  of(machine: string): readonly string[] {
    return [...this.statuses].filter(([arn]) => arn.includes(`:${machine}:`)).map(([, status]) => status);
  }
}

const arnOf = (name: string) => `arn:aws:states:eu-central-1:000000000000:stateMachine:${name}`;

/** The use cases on the tables of AWS; what the sweep does not compare stays in a data folder. */
let system: QuietSystem;
let opened: Installation;
let executions: PlayedExecutions;

beforeEach(async () => {
  opened = await openInstallation();
  executions = new PlayedExecutions();
  system = await QuietSystem.open();
  const machines = { canary: arnOf('canary'), 'blue-green': arnOf('blue-green'), rolling: arnOf('rolling'), recreate: arnOf('recreate'), recover: arnOf('recover') };
  system.replacing = { events: opened.store, readModels: opened.readModels, leases: new DynamoLeases(opened.state), workflow: new StepFunctionsWorkflow({ executions, machines, state: opened.state, clock: system.time }) };
  await putShop(system);
});

afterEach(async () => {
  await system.close();
  opened.close();
});

/** Asks for a release, and shows it in the lists as the projector would. */
async function request(): Promise<string> {
  const id = await requestShop(system, '1.4.2', { strategy: 'rolling' });
  await system.project(`deployment/${id}`);
  return id;
}

async function sweep() {
  system.time.advance(GRACE_SECONDS + 1);
  const { findings, errors } = await sweepTenant(system.context());
  expect(errors).toEqual([]);
  return findings;
}

const found = async () => (await system.events('sweep/2026-11-21')).map(({ payload }) => payload);

it('the sweep frees the lease of a deployment that has ended', async () => {
  const id = await request();
  await system.append(`deployment/${id}`, { type: 'DeploymentAborted', payload: { reason: 'because' } });
  expect(await sweep()).toMatchObject([{ kind: 'lease-of-ended-deployment', repaired: true }]);
  expect(await system.ports.leases.listHeld('default')).toEqual([]);
  expect(await found()).toMatchObject([{ kind: 'lease-of-ended-deployment' }]);
});

it('the sweep starts the way back of a deployment whose execution ended, and again where that ended too', async () => {
  await request();
  expect([await sweep(), executions.of('rolling')]).toEqual([[], ['RUNNING']]);
  executions.end('rolling', 'TIMED_OUT');
  expect(await sweep()).toMatchObject([{ kind: 'execution-ended-early', repaired: true, reason: expect.stringContaining('(TIMED_OUT)') }]);
  expect([await sweep(), executions.of('recover')]).toEqual([[], ['RUNNING']]);
  executions.end('recover', 'FAILED');
  expect(await sweep()).toMatchObject([{ reason: expect.stringContaining('recovery 2 was started') }]);
  expect(executions.of('recover')).toEqual(['FAILED', 'RUNNING']);
});

it('the sweep gives back the token of a wait that is over', async () => {
  const id = await request();
  await system.ports.workflow.park({ tenant: 'default', deployment: id, wait: 'no-such-step' }, 'token-1');
  expect(await sweep()).toMatchObject([{ kind: 'wait-not-ended', repaired: true }]);
  expect([executions.given, await system.ports.workflow.parked('default', id)]).toEqual([['token-1'], []]);
});

it('the sweep brings in what the read models do not know', async () => {
  const id = await requestShop(system, '1.4.2', { strategy: 'rolling' });
  await opened.feed.record('default', await opened.store.read({ tenant: 'default', stream: `deployment/${id}` }));
  expect(await sweep()).toMatchObject([{ kind: 'read-model-behind', subject: `deployment/${id}`, repaired: true }]);
  expect((await system.call('listDeployments')).items).toMatchObject([{ id, state: 'Planned' }]);
});

it('the sweep tells a target again what to serve', async () => {
  const id = await request();
  await succeed(id);
  const claim = { instance: 'edge-agent-1', epoch: (await system.call('claimTarget', { params: { name: 'edge-1' }, body: { instance: 'edge-agent-1' } })).epoch };
  const tell = async (weightPercent: number) => await system.call('sendHeartbeat', { params: { name: 'edge-1' }, body: { ...claim, facts: {
    version: '1', addresses: [], allow: [], generations: { shop: 1 }, components: [{ application: 'shop', component: 'web', release: '1.4.2', state: 'Running', replicas: 1, readyReplicas: 1, reason: '', weightPercent }],
  } } });
  const commands = async () => (await system.call('readCommands', { params: { name: 'edge-1' }, query: claim })).items.map(({ command }) => command);
  const tellAndSweep = async (weightPercent: number) => {
    system.time.advance(GRACE_SECONDS + 1);
    await tell(weightPercent);
    return (await sweepTenant(system.context())).findings;
  };
  expect([await tellAndSweep(20), await tellAndSweep(20)]).toEqual([[], []]);
  const [command] = await commands();
  expect(command).toMatchObject({ deployment: null, verb: 'apply', generation: 2, component: 'web', desired: { new: { release: '1.4.2' }, stable: null, weightPercent: 100 } });
  await system.call('reportCommand', { params: { name: 'edge-1' }, body: { ...claim, report: { command: command?.id, outcome: 'succeeded', reason: 'done' } } });
  expect(await tellAndSweep(100)).toMatchObject([{ kind: 'target-differs-from-plan', subject: 'target/edge-1/shop/web', repaired: true }]);
  expect([await commands(), (await found()).length]).toEqual([[], 1]);
});

/** Takes a deployment to its end as its machine and targets would. */
async function succeed(id: string): Promise<void> {
  const plan = (await loadDeployment(system.context(), id))?.state.plan;
  for (const step of plan?.steps ?? []) {
    if (!('replicas' in step)) continue;
    const commands = step.targets.flatMap((target) => Object.keys(step.replicas).map((component) => ({ id: `${id}/${step.id}/${target}/${component}`, target, component, provider: 'agent' as const })));
    await system.append(`deployment/${id}`, { type: 'StepDispatched', payload: { step: step.id, attempt: 1, generationOffset: 0, commands, providers: ['agent'], reason: 'because' } }, { type: 'StepSucceeded', payload: { step: step.id, reason: 'done' } });
  }
  await system.append(`deployment/${id}`, { type: 'DeploymentSucceeded', payload: { reason: 'done', cleanupAt: null } });
  await finishDeployment(system.context(), id);
}
