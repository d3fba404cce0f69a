import { describe, expect, it } from 'vitest';

import { neededReady, NOTHING, replicasIn, shareOf, wantedReplicas } from '#agent/component/placement';
import type { ComponentRecord, Placement } from '#agent/component/placement';

const side = (name: string, replicas: number) => ({ side: name, release: name, replicas });
const split = (fresh: number, old: number, weightPercent: number): Placement => ({ new: side('new', fresh), stable: side('old', old), weightPercent });
const only = (name: string, replicas: number): Placement => ({ new: side(name, replicas), stable: null, weightPercent: 100 });

describe('a placement', () => {
  it('shares all traffic between its sides', () => {
    expect([shareOf(split(1, 1, 30), 'new'), shareOf(split(1, 1, 30), 'old')]).toEqual([30, 70]);
    expect([shareOf(only('new', 1), 'new'), shareOf(only('new', 1), 'old')]).toEqual([100, 0]);
    expect(shareOf({ new: null, stable: side('old', 1), weightPercent: 0 }, 'old')).toBe(100);
    expect(shareOf({ new: side('same', 1), stable: side('same', 1), weightPercent: 30 }, 'same')).toBe(100);
    expect(shareOf(NOTHING, 'new')).toBe(0);
  });

  it('wants the instances of a side once, also where both sides mean it', () => {
    expect(replicasIn({ new: side('same', 2), stable: side('same', 3), weightPercent: 50 }, 'same')).toBe(3);
  });

  it('takes nothing away while a command starts what it needs', () => {
    const record = (stage: 'starting' | 'settling'): ComponentRecord => ({ application: 'shop', component: 'web', current: only('old', 4), pending: { command: 'c', desired: split(2, 1, 50), stage, deadline: '2026-11-21T13:42:52.000Z' }, revision: 1, chosenPort: null });
    expect([wantedReplicas(record('starting'), 'old'), wantedReplicas(record('starting'), 'new')]).toEqual([4, 2]);
    expect([wantedReplicas(record('settling'), 'old'), wantedReplicas(record('settling'), 'new')]).toEqual([4, 0]);
  });

  it.each([
    ['a first release needs all of its instances', NOTHING, only('new', 3), 'new', 3],
    ['a side that grows needs all of them', only('new', 1), only('new', 3), 'new', 3],
    ['a side that shrinks needs none', only('new', 3), only('new', 1), 'new', 0],
    ['a side that gets less traffic needs none', split(1, 2, 10), split(1, 2, 50), 'old', 0],
    ['a side that gets more traffic needs one', split(2, 2, 10), split(2, 2, 50), 'new', 1],
    ['a return needs one of the side that runs already', split(2, 3, 50), only('old', 3), 'old', 1],
    ['a preview without traffic needs all of its instances', only('old', 2), split(2, 2, 0), 'new', 2],
    ['nothing needs nothing', only('old', 2), NOTHING, 'old', 0],
  ])('%s', (_, before, after, name, needed) => {
    expect(neededReady(before, after, name)).toBe(needed);
  });
});
