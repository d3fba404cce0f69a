import { describe, expect, test } from 'vitest';

import { changed, mailer, planOf, rowsOf, web } from './planned.ts';

const shop = [web, mailer];

describe('the plan of a canary', () => {
  test('starts the new side without traffic, walks its author\'s steps, takes all traffic, then replaces the workers and stops the old release', () => {
    const plan = planOf({
      strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: 60 }, { weightPercent: 50 }, { pause: {} }, { pause: { durationSeconds: 30 } }, { analysis: { template: 'errors' } }, { approval: { required: 2, timeoutSeconds: 3600 } }] },
      next: changed(shop), stable: { 'edge-1': shop },
    });
    expect(rowsOf(plan)).toEqual([
      '1-prepare edge-1: 0 %, web 1/2',
      '2-shift-10 edge-1: 10 %, web 1/2',
      '3-verify edge-1: web',
      '4-bake: 60 s',
      '5-shift-50 edge-1: 50 %, web 1/2',
      '6-verify edge-1: web',
      '7-pause: until promoted',
      '8-pause: 30 s',
      '9-analyse edge-1: errors v4, 120 s',
      '10-approve: 2, 3600 s',
      '11-promote edge-1: 100 %, web 2/2',
      '12-verify edge-1: web',
      '13-workers edge-1: 100 %, mailer 1/0',
      '14-verify edge-1: mailer',
      '15-retire edge-1: 100 %, web 2/0',
    ]);
    expect(plan.cleanup).toBeNull();
  });

  test('that its author ends at 100 % is not promoted a second time, and its workers wait for what follows there', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 100 }, { bakeSeconds: 5 }] }, next: changed(shop), stable: { 'edge-1': shop } });
    expect(rowsOf(plan).map((row) => row.split(':')[0])).toEqual(['1-prepare edge-1', '2-promote edge-1', '3-verify edge-1', '4-bake', '5-workers edge-1', '6-verify edge-1', '7-retire edge-1']);
  });

  test('without steps prepares everything and promotes it', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [] } });
    expect(rowsOf(plan)).toEqual(['1-prepare edge-1: 0 %, web 2/2', '2-promote edge-1: 100 %, web 2/2', '3-verify edge-1: web', '4-retire edge-1: 100 %, web 2/0']);
  });

  test.each([
    [10, 1, 1], [10, 10, 1], [10, 11, 2], [10, 50, 5], [3, 34, 2], [1, 1, 1], [1, 99, 1], [4, 0, 1], [0, 50, 0],
  ])('of %i instances has at %i %% of the traffic %i of the new release, and all of the old one', (replicas, weightPercent, expected) => {
    const many = [{ ...web, replicas }];
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent }] }, next: changed(many), stable: { 'edge-1': many } });
    const shift = plan.steps.find((step) => step.kind === 'shift');
    expect(shift).toMatchObject({ weightPercent, replicas: { web: { new: expected, stable: replicas } }, changesTraffic: true });
  });

  test('of workers alone keeps the waits and shifts nothing', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { approval: { required: 1, timeoutSeconds: 60 } }] }, next: changed([mailer]), stable: { 'edge-1': [mailer] } });
    expect(rowsOf(plan)).toEqual(['1-approve: 1, 60 s', '2-workers edge-1: 100 %, mailer 1/0', '3-verify edge-1: mailer']);
  });

  test('says in its titles what happens, and where if there are several waves', () => {
    const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] }, waves: [['edge-1'], ['edge-2']], stable: { 'edge-1': [web], 'edge-2': [web] } });
    expect(plan.steps.map((step) => step.title)).toEqual([
      'Start 2.0.0 without traffic in wave 1', 'Move 10 % of the traffic to 2.0.0 in wave 1', 'Verify 2.0.0 at 10 % in wave 1', 'Pause until promoted in wave 1', 'Move all traffic to 2.0.0 in wave 1', 'Verify 2.0.0 at 100 % in wave 1',
      'Start 2.0.0 without traffic in wave 2', 'Move 10 % of the traffic to 2.0.0 in wave 2', 'Verify 2.0.0 at 10 % in wave 2', 'Pause until promoted in wave 2', 'Move all traffic to 2.0.0 in wave 2', 'Verify 2.0.0 at 100 % in wave 2',
      'Stop the old release',
    ]);
  });

  test('has its analysis behind all steps in the version of the moment', () => {
    expect(planOf({ strategy: { type: 'canary', analysis: { template: 'errors' } } }).background).toEqual({ template: 'errors', templateVersion: 4 });
    expect(planOf({ strategy: { type: 'canary' } }).background).toBeNull();
  });
});
