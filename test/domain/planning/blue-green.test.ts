import { describe, expect, test } from 'vitest';

import { changed, mailer, planOf, rowOf, rowsOf, web } from './planned.ts';

const shop = [web, mailer];

describe('the plan of a blue-green deployment', () => {
  test('starts a whole preview without workers, switches at once, and leaves the old side to the clean-up', () => {
    const plan = planOf({ strategy: { type: 'blue-green', scaleDownDelaySeconds: 90 }, next: changed(shop), stable: { 'edge-1': shop } });
    expect(rowsOf(plan)).toEqual([
      '1-prepare edge-1: 0 %, web 2/2',
      '2-verify edge-1: web',
      '3-switch edge-1: 100 %, web 2/2',
      '4-verify edge-1: web',
      '5-workers edge-1: 100 %, mailer 1/0',
      '6-verify edge-1: mailer',
    ]);
    expect(plan.cleanup?.delaySeconds).toBe(90);
    expect(plan.cleanup === null ? '' : rowOf(plan.cleanup.step)).toBe('cleanup edge-1: 100 %, web 2/0');
  });

  test('is judged before and after the switch, and asks before it where it does not switch by itself', () => {
    const plan = planOf({ strategy: { type: 'blue-green', prePromotionAnalysis: { template: 'errors' }, postPromotionAnalysis: { template: 'latency' }, automaticSwitch: false }, templates: { errors: 60, latency: 300 } });
    expect(rowsOf(plan)).toEqual([
      '1-prepare edge-1: 0 %, web 2/2',
      '2-verify edge-1: web',
      '3-analyse edge-1: errors v4, 60 s',
      '4-approve: 1, 604800 s',
      '5-switch edge-1: 100 %, web 2/2',
      '6-verify edge-1: web',
      '7-analyse edge-1: latency v4, 300 s',
    ]);
  });

  test('takes the approval it is given', () => {
    const plan = planOf({ strategy: { type: 'blue-green', automaticSwitch: false, approval: { required: 3, timeoutSeconds: 600 } } });
    expect(rowsOf(plan)).toContain('3-approve: 3, 600 s');
  });

  test('switches wave by wave, and cleans up everywhere at the end', () => {
    const plan = planOf({ strategy: { type: 'blue-green' }, waves: [['edge-1'], ['edge-2']], stable: { 'edge-1': [web], 'edge-2': [web] } });
    expect(rowsOf(plan).filter((row) => row.includes('switch'))).toEqual(['3-switch edge-1: 100 %, web 2/2', '7-switch edge-2: 100 %, web 2/2']);
    expect(plan.cleanup?.step.targets).toEqual(['edge-1', 'edge-2']);
  });

  test('of workers alone replaces them; there is nothing to switch and nothing to clean up', () => {
    const plan = planOf({ strategy: { type: 'blue-green' }, next: changed([mailer]), stable: { 'edge-1': [mailer] } });
    expect(rowsOf(plan)).toEqual(['1-workers edge-1: 100 %, mailer 1/0', '2-verify edge-1: mailer']);
    expect(plan.cleanup).toBeNull();
  });

  test('stops what the new release no longer has with the old side', () => {
    const plan = planOf({ strategy: { type: 'blue-green' }, next: changed([web]), stable: { 'edge-1': shop } });
    expect(plan.cleanup === null ? '' : rowOf(plan.cleanup.step)).toBe('cleanup edge-1: 100 %, web 2/0, mailer 0/0');
    expect(plan.steps.some((step) => step.kind === 'retire')).toBe(false);
  });
});
