import { describe, expect, test } from 'vitest';

import { MAXIMUM_DISPATCH_BYTES } from '#domain/deployment/plan';

import { changed, mailer, planOf, problemsOf, rowsOf, web } from './planned.ts';
import type { TestComponent } from './planned.ts';

const strategies = ['canary', 'blue-green', 'rolling', 'recreate'] as const;
const api: TestComponent = { name: 'api' };

describe('a first deployment', () => {
  test.each(strategies)('goes straight to all traffic, with %s as well', (type) => {
    const plan = planOf({ strategy: { type }, next: [web, mailer], stable: {} });
    expect(rowsOf(plan)).toEqual(['1-promote edge-1: 100 %, web 2/0', '2-verify edge-1: web', '3-workers edge-1: 100 %, mailer 1/0', '4-verify edge-1: mailer']);
    expect(plan.cleanup).toBeNull();
  });

  test('in a wave goes straight there, and step by step where something serves', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 20 }] }, waves: [['edge-1'], ['edge-2']], stable: { 'edge-2': [web] } });
    expect(rowsOf(plan)).toEqual([
      '1-promote edge-1: 100 %, web 2/0', '2-verify edge-1: web',
      '3-prepare edge-2: 0 %, web 1/2', '4-shift-20 edge-2: 20 %, web 1/2', '5-verify edge-2: web', '6-promote edge-2: 100 %, web 2/2', '7-verify edge-2: web',
      '8-retire edge-2: 100 %, web 2/0',
    ]);
  });

  test('on one target of a wave walks with the others of its wave', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 20 }] }, waves: [['edge-1', 'edge-2']], stable: { 'edge-2': [web] } });
    expect(rowsOf(plan)[1]).toBe('2-shift-20 edge-1+edge-2: 20 %, web 1/2');
    expect(rowsOf(plan).at(-1)).toBe('6-retire edge-2: 100 %, web 2/0');
  });
});

describe('components', () => {
  const names = (steps: readonly string[]) => steps.flatMap((row) => /workers \S+ \d+ %, (\S+)/.exec(row)?.[1] ?? []);

  test('that are equal in artefact and configuration are not touched', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 50 }] }, next: [...changed([web]), api, mailer], stable: { 'edge-1': [web, api, mailer] } });
    expect(plan.components.map((one) => `${one.name} ${one.change}`)).toEqual(['web replace', 'api unchanged', 'mailer unchanged']);
    expect(rowsOf(plan).join('; ')).not.toMatch(/api|mailer/);
  });

  test('that all are equal leave a plan without steps', () => {
    expect(rowsOf(planOf({ strategy: { type: 'canary' }, next: [web, mailer], stable: { 'edge-1': [web, mailer] } }))).toEqual([]);
  });

  test('that differ on one of the targets are replaced on all', () => {
    const plan = planOf({ strategy: { type: 'rolling', batchSize: '100%' }, next: changed([web]), waves: [['edge-1', 'edge-2']], stable: { 'edge-1': changed([web]), 'edge-2': [web] } });
    expect(plan.components).toMatchObject([{ name: 'web', change: 'replace' }]);
  });

  test('with another number of instances have another configuration', () => {
    expect(planOf({ strategy: { type: 'rolling' }, next: [{ ...web, replicas: 3 }] }).components).toMatchObject([{ change: 'replace', newReplicas: 3, stableReplicas: 2 }]);
  });

  test('that are workers are replaced each after what it depends on', () => {
    const worker = (name: string, ...dependencies: readonly string[]): TestComponent => ({ name, type: 'worker', dependencies });
    const workers = [worker('reports', 'billing', 'mailer'), worker('billing', 'mailer'), worker('mailer', 'web'), web];
    const plan = planOf({ strategy: { type: 'rolling', batchSize: '100%' }, next: changed(workers), stable: { 'edge-1': workers } });
    expect(names(rowsOf(plan))).toEqual(['mailer', 'billing', 'reports']);
    expect(rowsOf(plan)).toEqual(['1-promote edge-1: 100 %, web 2/0', '2-verify edge-1: web', '3-workers edge-1: 100 %, mailer 2/0', '4-workers edge-1: 100 %, billing 2/0', '5-workers edge-1: 100 %, reports 2/0', '6-verify edge-1: mailer, billing, reports']);
  });

  test('that depend on each other in a circle are planned in the order of the list', () => {
    const circle = [{ name: 'a', type: 'worker', dependencies: ['b'] }, { name: 'b', type: 'worker', dependencies: ['a'] }] as const;
    expect(names(rowsOf(planOf({ strategy: { type: 'rolling' }, next: changed(circle), stable: { 'edge-1': circle } })))).toEqual(['a', 'b']);
  });

  test('that the new release no longer has go last, what depends on others before these', () => {
    const plan = planOf({ strategy: { type: 'rolling', batchSize: '100%' }, next: changed([web]), stable: { 'edge-1': [web, api, { ...mailer, dependencies: ['api'] }] } });
    expect(rowsOf(plan)).toEqual(['1-promote edge-1: 100 %, web 2/0', '2-verify edge-1: web', '3-retire edge-1: 100 %, mailer 0/0, api 0/0']);
    expect(plan.components.map((one) => `${one.name} ${one.change} ${one.stableReplicas}`)).toEqual(['web replace 2', 'mailer remove 1', 'api remove 2']);
  });

  test('that are new have nothing to return to', () => {
    expect(planOf({ strategy: { type: 'rolling' }, next: [...changed([web]), api] }).components).toMatchObject([{ name: 'web', stableReplicas: 2 }, { name: 'api', change: 'replace', stableReplicas: 0 }]);
  });
});

describe('approvals of the environment', () => {
  const approvals = { required: 2, timeoutSeconds: 60 };

  test.each(strategies)('come before everything else, with %s', (type) => {
    expect(rowsOf(planOf({ strategy: { type }, approvals }))[0]).toBe('1-approve: 2, 60 s');
    expect(rowsOf(planOf({ strategy: { type }, approvals, stable: {} }))[0]).toBe('1-approve: 2, 60 s');
  });

  test('are passed by a return to an earlier release', () => {
    expect(rowsOf(planOf({ strategy: { type: 'canary' }, approvals, isRollback: true })).some((row) => row.includes('approve'))).toBe(false);
  });
});

describe('a return to an earlier release', () => {
  test.each(strategies)('moves in one step on all waves, without gates and analyses, with %s', (type) => {
    const shop = [web, mailer];
    const plan = planOf({ strategy: { type, analysis: { template: 'errors' } }, isRollback: true, waves: [['edge-1'], ['edge-2', 'edge-3']], next: changed(shop), stable: { 'edge-1': shop, 'edge-2': shop } });
    expect(rowsOf(plan)).toEqual([
      '1-promote edge-1+edge-2+edge-3: 100 %, web 2/2', '2-verify edge-1+edge-2+edge-3: web',
      '3-workers edge-1+edge-2+edge-3: 100 %, mailer 1/0', '4-verify edge-1+edge-2+edge-3: mailer',
      '5-retire edge-1+edge-2: 100 %, web 2/0',
    ]);
    expect(plan).toMatchObject({ background: null, cleanup: null });
    expect(plan.steps.map((step) => step.title).join(' ')).not.toContain('wave');
  });
});

describe('a plan', () => {
  test('carries what it was made of', () => {
    expect(planOf({ strategy: { type: 'rolling', progressDeadlineSeconds: 90, rollbackTriggers: { health: false } } })).toMatchObject({
      strategy: 'rolling', new: { release: '2.0.0', applicationVersion: 1 }, progressDeadlineSeconds: 90, rollbackTriggers: { verdict: true, health: false, deadline: true, manual: true },
      targets: [{ name: 'edge-1', provider: 'agent', wave: 0, generation: 3, stable: { release: '1.0.0' } }],
      steps: expect.arrayContaining([expect.objectContaining({ timeoutSeconds: 90 })]),
    });
  });

  test('of more than 100 steps is refused with the field and the number', () => {
    const steps = Array.from({ length: 10 }, (_, index) => ({ weightPercent: 5 + index }));
    const waves = Array.from({ length: 5 }, (_, wave) => [`edge-${wave}`]);
    const stable = Object.fromEntries(waves.flat().map((name) => [name, [web]]));
    expect(problemsOf({ strategy: { type: 'canary', steps }, waves, stable })).toEqual([{ field: 'strategy', rule: 'must give at most 100 steps over all waves', value: 116 }]);
    expect(planOf({ strategy: { type: 'canary', steps: steps.slice(0, 8) }, waves, stable }).steps).toHaveLength(96);
  });

  test('whose commands would not fit into an event is refused, since it could not even go back', () => {
    const waves = [Array.from({ length: 100 }, (_, index) => `a-target-with-quite-a-long-name-${index}`), Array.from({ length: 100 }, (_, index) => `another-target-${index}`)];
    const [problem] = problemsOf({ strategy: { type: 'rolling', batchSize: '100%' }, waves, stable: { 'another-target-0': [web] } });
    expect(problem).toMatchObject({ field: 'environment', rule: expect.stringContaining('must have so few targets') });
    expect(Number(problem?.value)).toBeGreaterThan(MAXIMUM_DISPATCH_BYTES);
  });

  test('that names unknown analysis templates is refused with their names', () => {
    const strategy = { type: 'canary', analysis: { template: 'gone' }, steps: [{ analysis: { template: 'errors' } }, { analysis: { template: 'lost' } }] } as const;
    expect(problemsOf({ strategy: { ...strategy, steps: [...strategy.steps] } })).toEqual(['gone', 'lost'].map((value) => ({ field: 'strategy', rule: 'must name analysis templates that exist', value })));
    expect(problemsOf({ strategy: { type: 'blue-green', prePromotionAnalysis: { template: 'lost' }, postPromotionAnalysis: { template: 'errors' } } }).map((one) => one.value)).toEqual(['lost']);
  });
});
