import { describe, expect, test } from 'vitest';

import { changed, mailer, planOf, rowsOf, web } from './planned.ts';
import type { TestComponent } from './planned.ts';

function rolling(parameters: { readonly batchSize?: number | string; readonly maxUnavailable?: number | string }, components: readonly TestComponent[]): readonly string[] {
  return rowsOf(planOf({ strategy: { type: 'rolling', ...parameters }, next: changed(components), stable: { 'edge-1': components } }));
}

describe('the plan of a rolling deployment', () => {
  test('replaces batch by batch, verifies each, and leaves nothing to stop', () => {
    expect(rolling({ batchSize: 2 }, [{ ...web, replicas: 5 }])).toEqual([
      '1-replace edge-1: 33 %, web 2/3',
      '2-verify edge-1: web',
      '3-replace edge-1: 66 %, web 4/1',
      '4-verify edge-1: web',
      '5-promote edge-1: 100 %, web 5/0',
      '6-verify edge-1: web',
    ]);
  });

  test.each([
    ['25%', 8, [2, 4, 6, 8]], ['30%', 10, [3, 6, 9, 10]], ['1%', 3, [1, 2, 3]], ['100%', 4, [4]], [1, 2, [1, 2]], [50, 4, [4]],
  ])('with a batch size of %j of %i instances has after each batch %j new ones', (batchSize, replicas, expected) => {
    const rows = rolling({ batchSize }, [{ ...web, replicas }]).filter((row) => !row.includes('verify'));
    expect(rows.map((row) => Number(/web (\d+)\//.exec(row)?.[1]))).toEqual(expected);
  });

  test('stops as many before a batch as may be missing, and never more', () => {
    expect(rolling({ batchSize: 2, maxUnavailable: 1 }, [{ ...web, replicas: 4 }])).toEqual([
      '1-replace edge-1: 0 %, web 0/3',
      '2-replace edge-1: 50 %, web 2/2',
      '3-verify edge-1: web',
      '4-replace edge-1: 50 %, web 2/1',
      '5-promote edge-1: 100 %, web 4/0',
      '6-verify edge-1: web',
    ]);
  });

  test.each([['20%', 0], ['25%', 1], ['60%', 2], ['100%', 2]])('with %j of 4 instances that may be missing makes room for %i of a batch of 2', (maxUnavailable, room) => {
    const [first] = rolling({ batchSize: 2, maxUnavailable }, [{ ...web, replicas: 4 }]);
    expect(first).toBe(room === 0 ? '1-replace edge-1: 50 %, web 2/2' : `1-replace edge-1: 0 %, web 0/${4 - room}`);
  });

  test('is done with a small component when its last batch is, and goes on with the others', () => {
    expect(rolling({ batchSize: 2 }, [{ ...web, replicas: 6 }, { name: 'api', type: 'function', replicas: 1 }])).toEqual([
      '1-replace edge-1: 33 %, web 2/4, api 1/0',
      '2-verify edge-1: web, api',
      '3-replace edge-1: 66 %, web 4/2, api 1/0',
      '4-verify edge-1: web, api',
      '5-promote edge-1: 100 %, web 6/0, api 1/0',
      '6-verify edge-1: web, api',
    ]);
  });

  test('starts no instance of a component that shall have none', () => {
    const before = [{ ...web, replicas: 2 }, { name: 'api', replicas: 3, type: 'function' as const }];
    const plan = planOf({ strategy: { type: 'rolling', batchSize: 1 }, next: changed([{ ...web, replicas: 2 }, { name: 'api', replicas: 0, type: 'function' }]), stable: { 'edge-1': before } });
    expect(rowsOf(plan)).toEqual(['1-replace edge-1: 50 %, web 1/1, api 0/0', '2-verify edge-1: web, api', '3-promote edge-1: 100 %, web 2/0, api 0/0', '4-verify edge-1: web, api']);
  });

  test.each([0, 1])('to more instances never starts old ones again, though %i may be missing', (maxUnavailable) => {
    const plan = planOf({ strategy: { type: 'rolling', batchSize: 2, maxUnavailable }, next: changed([{ ...web, replicas: 6 }]), stable: { 'edge-1': [{ ...web, replicas: 2 }] } });
    const stable = rowsOf(plan).flatMap((row) => /web \d+\/(\d+)/.exec(row)?.[1] ?? []);
    expect(stable).toEqual(maxUnavailable === 0 ? ['2', '2', '0'] : ['2', '2', '1', '0']);
  });

  test('replaces the workers after the last batch, in waves one after the other', () => {
    const shop = [web, mailer];
    const plan = planOf({ strategy: { type: 'rolling', batchSize: 2 }, waves: [['edge-1'], ['edge-2']], next: changed(shop), stable: { 'edge-1': shop, 'edge-2': shop } });
    expect(rowsOf(plan)).toEqual([
      '1-promote edge-1: 100 %, web 2/0', '2-verify edge-1: web', '3-workers edge-1: 100 %, mailer 1/0', '4-verify edge-1: mailer',
      '5-promote edge-2: 100 %, web 2/0', '6-verify edge-2: web', '7-workers edge-2: 100 %, mailer 1/0', '8-verify edge-2: mailer',
    ]);
  });
});

describe('the plan of a recreation', () => {
  test('stops everything old, workers first, then starts everything new', () => {
    const shop = [web, mailer];
    expect(rowsOf(planOf({ strategy: { type: 'recreate' }, next: changed(shop), stable: { 'edge-1': shop } }))).toEqual([
      '1-replace edge-1: 0 %, mailer 0/0, web 0/0',
      '2-promote edge-1: 100 %, web 2/0',
      '3-verify edge-1: web',
      '4-workers edge-1: 100 %, mailer 1/0',
      '5-verify edge-1: mailer',
    ]);
  });

  test('of workers alone stops them before it starts them: two must never run side by side', () => {
    expect(rowsOf(planOf({ strategy: { type: 'recreate' }, next: changed([mailer]), stable: { 'edge-1': [mailer] } }))).toEqual([
      '1-replace edge-1: 0 %, mailer 0/0',
      '2-workers edge-1: 100 %, mailer 1/0',
      '3-verify edge-1: mailer',
    ]);
  });
});
