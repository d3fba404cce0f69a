import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, describe, expect, it } from 'vitest';

import { endLeftovers, identityOf, isAlive, leftovers, signalGroup } from '#agent/processes/identity';
import { until } from '#test/agent/support/until';

describe('the identity of a process', () => {
  const children: ChildProcess[] = [];
  afterEach(() => { for (const child of children.splice(0)) if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL'); });

  function sleeper(environment: NodeJS.ProcessEnv = process.env): { readonly child: ChildProcess; readonly pid: number } {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'ignore', env: environment });
    children.push(child);
    if (child.pid === undefined) throw new Error('the test\'s process was not started');
    return { child, pid: child.pid };
  }

  it('is the same as long as the process lives, and gone with it', async () => {
    const { child, pid } = sleeper();
    const identity = identityOf(pid);
    expect(identity).toEqual(identityOf(pid));
    if (identity === undefined) throw new Error('the process has no identity');
    expect(isAlive(identity)).toBe(true);
    expect(signalGroup(identity, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    expect(signalGroup(identity, 'SIGKILL')).toBe(false);
  });

  it('is that of another process when the id was given away again: that one is never signalled', async () => {
    const { child, pid } = sleeper();
    const earlier = { pid, startedAt: `${identityOf(pid)?.startedAt.split('/')[0] ?? ''}/1` };
    expect(isAlive(earlier)).toBe(false);
    expect(signalGroup(earlier, 'SIGKILL')).toBe(false);
    expect(signalGroup(earlier, 'SIGTERM')).toBe(false);
    // A signal would arrive before the answer to this one, which only a living process gives.
    expect(identityOf(pid)).toBeDefined();
    expect(child.signalCode).toBeNull();
  });

  it('of another boot is another process, even with the same id and ticks', () => {
    const { pid } = sleeper();
    const ticks = identityOf(pid)?.startedAt.split('/')[1] ?? '';
    expect(isAlive({ pid, startedAt: `00000000-0000-0000-0000-000000000000/${ticks}` })).toBe(false);
  });

  it('does not count a process that has ended and only waits to be collected', async () => {
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(parent);
    const [printed] = await once(parent.stdout, 'data');
    const zombie = Number(String(printed));
    await until(() => identityOf(zombie) === undefined, { what: 'the child to have ended' });
    expect(identityOf(zombie)).toBeUndefined();
  });

  it('lets what a group\'s leader left behind be found by its mark, and nothing else', async () => {
    const mark = { name: 'SLUICE_TEST_MARK', value: `mark-${process.pid}` };
    const leader = spawn('/bin/sh', ['-c', 'sleep 60 & sleep 60 & exit 0'], { detached: true, stdio: 'ignore', env: { ...process.env, [mark.name]: mark.value } });
    children.push(leader);
    const group = leader.pid ?? 0;
    await once(leader, 'exit');
    const unmarked = sleeper();
    expect(leftovers(group, mark)).toHaveLength(2);
    endLeftovers(group, mark);
    await until(() => leftovers(group, mark).length === 0, { what: 'the end of the leftovers' });
    expect(identityOf(unmarked.pid)).toBeDefined();
  });
});
