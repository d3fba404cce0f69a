import { describe, expect, test } from 'vitest';

import { restoreSteps } from '#domain/planning/restore';

import { changed, mailer, planOf, rowOf, web } from './planned.ts';
import type { TestComponent } from './planned.ts';

const worker = (name: string, ...dependencies: readonly string[]): TestComponent => ({ name, type: 'worker', replicas: 1, dependencies });
const api: TestComponent = { name: 'api', replicas: 3 };
const shop = [web, api, mailer, worker('billing', 'mailer')];

function rows(plan: ReturnType<typeof planOf>, targets: readonly string[], components: readonly string[]): readonly string[] {
  return restoreSteps(plan, { targets, components }).map(rowOf);
}

describe('the steps of a rollback', () => {
  const plan = planOf({ strategy: { type: 'canary', progressDeadlineSeconds: 70 }, waves: [['edge-1'], ['edge-2']], next: changed(shop), stable: { 'edge-1': shop, 'edge-2': shop } });

  test('return the workers first and then all traffic, in the reverse of the order that they were changed in', () => {
    expect(rows(plan, ['edge-1', 'edge-2'], ['web', 'api', 'mailer', 'billing'])).toEqual([
      'restore-workers edge-1+edge-2: 0 %, billing 0/1, mailer 0/1',
      'restore edge-1+edge-2: 0 %, api 0/3, web 0/2',
    ]);
  });

  test('restore what was touched, and nothing else', () => {
    expect(rows(plan, ['edge-1'], ['web'])).toEqual(['restore edge-1: 0 %, web 0/2']);
    expect(rows(plan, ['edge-2'], ['mailer'])).toEqual(['restore-workers edge-2: 0 %, mailer 0/1']);
    expect(rows(plan, [], [])).toEqual([]);
  });

  test('have the deadline of the plan, and pass no gate', () => {
    expect(restoreSteps(plan, { targets: ['edge-1'], components: ['web'] })).toMatchObject([{ kind: 'restore', timeoutSeconds: 70 }]);
  });

  test('of a first deployment stop what was started', () => {
    const first = planOf({ strategy: { type: 'canary' }, next: shop, stable: {} });
    expect(rows(first, ['edge-1'], ['web', 'mailer'])).toEqual(['restore-workers edge-1: 0 %, mailer 0/0', 'restore edge-1: 0 %, web 0/0']);
  });

  test('bring back what had been removed already', () => {
    const removing = planOf({ strategy: { type: 'rolling' }, next: changed([web]), stable: { 'edge-1': [web, mailer] } });
    expect(rows(removing, ['edge-1'], ['web', 'mailer'])).toEqual(['restore-workers edge-1: 0 %, mailer 0/1', 'restore edge-1: 0 %, web 0/2']);
  });
});
