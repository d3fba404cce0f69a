import { describe, expect, it } from 'vitest';

import { differenceOf } from '#application/sweep/difference';
import type { Expected } from '#application/sweep/difference';
import type { ComponentHealth } from '#contracts/adapter';

const told = (release: string, weightPercent: number | undefined, replicas = 2): ComponentHealth => ({
  application: 'shop', component: 'web', release, state: 'Running', replicas, readyReplicas: replicas, reason: '', ...(weightPercent === undefined ? {} : { weightPercent }),
});
const serves = (sharePercent: number, more: { readonly takesTraffic?: boolean; readonly besides?: boolean } = {}): Expected => ({ is: 'serves', release: '2.0.0', sharePercent, takesTraffic: true, besides: false, ...more });

describe('what a target tells of a component', () => {
  it.each<readonly [string, readonly ComponentHealth[], Expected]>([
    ['its release has all traffic', [told('2.0.0', 100)], serves(100)],
    ['its release has all traffic beside an old side that waits to be stopped', [told('2.0.0', 100), told('1.0.0', 0)], serves(100)],
    ['both sides share the traffic as the step says', [told('2.0.0', 25), told('1.0.0', 75)], serves(25, { besides: true })],
    ['its release runs and has no traffic yet', [told('2.0.0', 0), told('1.0.0', 100)], serves(0, { besides: true })],
    ['nobody says how the traffic is shared', [told('2.0.0', undefined), told('1.0.0', undefined)], serves(100)],
    ['a worker runs alone', [told('2.0.0', undefined), told('1.0.0', undefined, 0)], serves(100, { takesTraffic: false })],
    ['an old worker runs beside the new one while they are replaced', [told('2.0.0', undefined), told('1.0.0', undefined)], serves(100, { takesTraffic: false, besides: true })],
    ['something runs', [told('1.0.0', 100)], { is: 'runs' }],
    ['nothing runs', [told('1.0.0', undefined, 0)], { is: 'nothing' }],
  ])('is as it should be where %s', (_what, components, expected) => {
    expect(differenceOf(components, expected)).toBeUndefined();
  });

  it.each<readonly [string, readonly ComponentHealth[], Expected]>([
    ['release 2.0.0 has 20 % of the traffic, and should have 100 %', [told('2.0.0', 20), told('1.0.0', 80)], serves(100)],
    ['release 2.0.0 has 60 % of the traffic, and should have 25 %', [told('2.0.0', 60), told('1.0.0', 40)], serves(25, { besides: true })],
    ['release 2.0.0 does not run', [], serves(100)],
    ['release 2.0.0 does not run, release 1.0.0 (100 % of the traffic) does', [told('2.0.0', 0, 0), told('1.0.0', 100)], serves(100)],
    ['release 1.0.0 still runs beside release 2.0.0', [told('2.0.0', undefined), told('1.0.0', undefined)], serves(100, { takesTraffic: false })],
    ['nothing of it runs', [], { is: 'runs' }],
    ['release 1.0.0 and release 2.0.0 runs, and nothing of it should', [told('1.0.0', undefined), told('2.0.0', undefined)], { is: 'nothing' }],
  ])('is other than it should be: %s', (words, components, expected) => {
    expect(differenceOf(components, expected)).toBe(words);
  });
});
