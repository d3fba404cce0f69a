import { describe, expect, it } from 'vitest';

import { componentHealth } from '#contracts/adapter';
import { healthOf } from '#agent/component/health-view';
import type { InstanceFacts } from '#agent/component/health-view';
import { NOTHING } from '#agent/component/placement';
import type { ComponentRecord, Placement } from '#agent/component/placement';
import { sharesIn } from '#agent/component/proxy-plan';

const side = (release: string, replicas: number) => ({ side: `side-${release}`, release, replicas });
const only = (release: string, replicas: number): Placement => ({ new: side(release, replicas), stable: null, weightPercent: 100 });
const instance = (release: string, change: Partial<InstanceFacts> = {}): InstanceFacts => ({ side: `side-${release}`, release, ready: true, failed: false, stopping: false, reason: '', ...change });
const record = (current: Placement, starting: Placement | null = null): ComponentRecord => ({
  application: 'shop', component: 'web', current, revision: 1, chosenPort: null, pending: starting === null ? null : { command: 'c', desired: starting, stage: 'starting', deadline: '2026-11-21T13:42:52.000Z' },
});
const states = (of: ComponentRecord, instances: readonly InstanceFacts[]) => Object.fromEntries(healthOf(of, instances).map((one) => [one.release, one.state]));

describe('the state of a component\'s release', () => {
  it.each([
    ['Registered', record(NOTHING, only('1.0.0', 1)), []],
    ['Deploying', record(NOTHING, only('1.0.0', 1)), [instance('1.0.0', { ready: false })]],
    ['Running', record(only('1.0.0', 2)), [instance('1.0.0'), instance('1.0.0', { ready: false })]],
    ['Scaling', record(only('1.0.0', 1), only('1.0.0', 2)), [instance('1.0.0'), instance('1.0.0', { ready: false })]],
    ['Updating', record(only('0.9.0', 1), { new: side('1.0.0', 1), stable: side('0.9.0', 1), weightPercent: 10 }), [instance('0.9.0'), instance('1.0.0', { ready: false })]],
    ['Stopping', record(NOTHING), [instance('1.0.0', { stopping: true })]],
    ['Stopped', record(only('1.0.0', 0)), []],
    ['Failed', record(only('1.0.0', 1)), [instance('1.0.0', { ready: false, failed: true, reason: 'exited with code 1' })]],
  ] as const)('is %s', (state, of, instances) => {
    expect(states(of, instances)['1.0.0']).toBe(state);
  });

  it('is told apart for the release that serves and the one that comes', () => {
    const of = record(only('0.9.0', 1), { new: side('1.0.0', 1), stable: side('0.9.0', 1), weightPercent: 10 });
    expect(states(of, [instance('0.9.0'), instance('1.0.0', { ready: false })])).toEqual({ '0.9.0': 'Running', '1.0.0': 'Updating' });
  });

  it('carries the reason of what is worst, and never more ready instances than are wanted', () => {
    const health = healthOf(record(only('1.0.0', 1)), [instance('1.0.0'), instance('1.0.0'), instance('1.0.0', { ready: false, reason: 'is starting' })]);
    expect(health).toEqual([{ application: 'shop', component: 'web', release: '1.0.0', state: 'Scaling', replicas: 1, readyReplicas: 1, reason: 'is starting' }]);
    const [failed] = healthOf(record(only('1.0.0', 2)), [instance('1.0.0', { ready: false, reason: 'is starting' }), instance('1.0.0', { ready: false, failed: true, reason: 'x'.repeat(5000) })]);
    expect(componentHealth.safeParse(failed).success).toBe(true);
    expect(failed?.reason).toHaveLength(2000);
  });

  it('carries the release\'s share of the traffic where a proxy knows it, also where it is none', () => {
    const of = record({ new: side('1.0.0', 1), stable: side('0.9.0', 1), weightPercent: 10 });
    const shares = (known?: ReadonlyMap<string, number>) => healthOf(of, [instance('0.9.0'), instance('1.0.0')], known).map((one) => [one.release, one.weightPercent]);
    expect(shares()).toEqual([['1.0.0', undefined], ['0.9.0', undefined]]);
    expect(shares(new Map([['0.9.0', 100]]))).toEqual([['1.0.0', 0], ['0.9.0', 100]]);
  });

  it('is not told of what neither runs nor is wanted', () => {
    expect(healthOf(record(NOTHING), [])).toEqual([]);
  });
});

describe('the shares of a component\'s traffic', () => {
  const of = (release: string) => ({ key: `aaaaaaaa${release.replaceAll('.', '')}`, release, instances: [] });
  it.each([
    ['both sides', { new: of('1.0.0'), stable: of('0.9.0') }, 25, [['1.0.0', 25], ['0.9.0', 75]]],
    ['the new side alone', { new: of('1.0.0'), stable: null }, 100, [['1.0.0', 100]]],
    ['the stable side alone', { new: null, stable: of('0.9.0') }, 0, [['0.9.0', 100]]],
    ['two sides of one release', { new: of('1.0.0'), stable: of('1.0.0') }, 40, [['1.0.0', 100]]],
  ] as const)('are those of %s', (_sides, sides, weightPercent, shares) => {
    expect([...sharesIn({ sides, weightPercent })]).toEqual(shares);
  });
});
