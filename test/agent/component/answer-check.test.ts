import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Command, DesiredState, ResourceAmounts, SideSpec } from '#contracts/adapter';
import { report } from '#contracts/adapter';
import { endOf } from '#test/contracts/target-adapter';
import { AgentMachine } from '#test/agent/support/agent-machine';

const LONG = 'x'.repeat(1500);

describe('what an agent answers to a check', { timeout: 60_000 }, () => {
  let machine: AgentMachine;
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-check-'));
    machine = await AgentMachine.open({ capacity: { cpuMillis: 2000, memoryMebibytes: 1000 } });
  });
  afterEach(async () => {
    await machine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const only = (side: SideSpec | null): DesiredState => ({ new: side, stable: null, weightPercent: side === null ? 0 : 100 });
  const ask = async (side: SideSpec | null, change: Partial<Command> = {}) => {
    const answer = await machine.adapter.perform(machine.command('check', only(side), change), {});
    if (answer.state === 'pending') throw new Error('a check is answered at once');
    expect(report.safeParse({ command: 'id', outcome: 'failed', reason: answer.reason, checks: answer.checks }).success).toBe(true);
    return { state: answer.state, checks: Object.fromEntries((answer.checks ?? []).map((one) => [one.check, one])) };
  };
  const outcomes = async (side: SideSpec | null, change: Partial<Command> = {}) => {
    const { state, checks } = await ask(side, change);
    return [state, Object.fromEntries(Object.values(checks).map((one) => [one.check, one.outcome]))];
  };

  it('is that everything is there, allowed and free, each by its name', async () => {
    expect(await outcomes(machine.side('1.0.0'))).toEqual(['done', { artefact: 'passed', permission: 'passed', port: 'passed' }]);
    expect(await outcomes(machine.side('1.0.0', { component: { type: 'worker', port: undefined } }))).toEqual(['done', { artefact: 'passed', permission: 'passed' }]);
  });

  it('tells an artefact that is not as named from one that may not be run', async () => {
    writeFileSync(join(folder, 'data.json'), '{}');
    const changed = { command: [process.execPath], workingDirectory: folder, files: [{ path: 'data.json', digest: `sha256:${'0'.repeat(64)}` }] };
    expect(await outcomes(machine.side('1.0.0', { artefact: changed }))).toEqual(['failed', { artefact: 'failed', permission: 'passed', port: 'passed' }]);
    const forbidden = { command: ['/bin/sh'], workingDirectory: folder, files: [] };
    expect(await outcomes(machine.side('1.0.0', { artefact: forbidden }))).toEqual(['failed', { artefact: 'passed', permission: 'failed', port: 'passed' }]);
    expect((await ask(machine.side('1.0.0', { artefact: forbidden }))).checks['permission']?.reason).toContain('is not on the agent\'s allow list');
    const variable = machine.side('1.0.0', { component: { environment: [{ name: 'LD_PRELOAD', value: '/tmp/other.so' }] } });
    expect(await outcomes(variable)).toEqual(['failed', { artefact: 'passed', permission: 'failed', port: 'passed' }]);
  });

  it('does not say whether what is not there would be allowed', async () => {
    expect(await outcomes(machine.side('1.0.0', { artefact: { command: [join(folder, 'nothing')], files: [] } }))).toEqual(['failed', { artefact: 'failed', permission: 'skipped', port: 'passed' }]);
    expect(await outcomes(machine.side('1.0.0', { artefact: { image: `registry.example/shop@sha256:${'0'.repeat(64)}` } }))).toEqual(['failed', { artefact: 'failed', permission: 'skipped', port: 'passed' }]);
  });

  it('names a port that another program holds', async () => {
    const server = createServer().listen(machine.port, '127.0.0.1');
    await new Promise((resolve) => { server.once('listening', resolve); });
    const { state, checks } = await ask(machine.side('1.0.0'));
    server.close();
    expect([state, checks['port']]).toEqual(['failed', { check: 'port', outcome: 'failed', reason: `the port ${machine.port} is in use by another program` }]);
  });

  it('skips what there is nothing to start of', async () => {
    expect(await outcomes(null)).toEqual(['done', { artefact: 'skipped', permission: 'skipped' }]);
  });

  it('keeps its reasons within the contract\'s length', async () => {
    const { checks } = await ask(machine.side('1.0.0', { artefact: { command: [`/${LONG}`], files: [] } }));
    expect(checks['artefact']?.reason).toHaveLength(1000);
  });

  describe('of capacity', () => {
    const capacity = async (demand: ResourceAmounts, application = 'shop') => (await ask(machine.side('1.0.0', { component: { port: 0 } }), { demand, application })).checks['capacity'];

    it('compares all that is asked for with all that the machine has', async () => {
      expect(await capacity({ cpuMillis: 2000, memoryMebibytes: 1000 })).toEqual({ check: 'capacity', outcome: 'passed', reason: 'at most 1000 MiB of memory and 2000m of CPU are needed at once; of 1000 MiB of memory and 2000m of CPU others have reserved 0 MiB of memory and 0m of CPU' });
      expect(await capacity({ cpuMillis: 2001, memoryMebibytes: 1001 })).toEqual({
        check: 'capacity', outcome: 'failed',
        reason: '1001 MiB of memory are needed at once, old and new instances together; the machine has 1000 MiB, of which others have reserved 0 MiB; 2001m of CPU are needed at once, old and new instances together; the machine has 2000m, of which others have reserved 0m',
      });
    });

    it('takes off what the components of other applications have reserved, and not its own', async () => {
      const running = machine.side('1.0.0', { replicas: 2, component: { resources: { cpuMillis: 250, memoryMebibytes: 300 } } });
      await endOf(machine.adapter, machine.command('apply', only(running)));
      expect(await capacity({ cpuMillis: 0, memoryMebibytes: 401 })).toMatchObject({ outcome: 'passed' });
      expect(await capacity({ cpuMillis: 1500, memoryMebibytes: 400 }, 'bakery')).toMatchObject({ outcome: 'passed' });
      expect(await capacity({ cpuMillis: 0, memoryMebibytes: 401 }, 'bakery')).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('of which others have reserved 600 MiB') });
      expect(await capacity({ cpuMillis: 1501, memoryMebibytes: 0 }, 'bakery')).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('of which others have reserved 500m') });
    });

    it('is skipped where no component says what it needs', async () => {
      expect(await capacity({ cpuMillis: 0, memoryMebibytes: 0 })).toMatchObject({ outcome: 'skipped' });
    });
  });

  it('says that nothing scales by load here, where a component has bounds to be scaled in', async () => {
    const scaling = async (minReplicas: number, maxReplicas: number) => (await ask(machine.side('1.0.0', { replicas: 2, component: { replicas: 2, scaling: { minReplicas, maxReplicas } } }))).checks['scaling'];
    expect(await scaling(2, 6)).toEqual({ check: 'scaling', outcome: 'skipped', reason: 'an agent\'s target does not scale by load: of the 2 to 6 replicas that web may have it runs 2, as the application says (replicas)' });
    expect(await scaling(2, 2)).toBeUndefined();
  });
});
