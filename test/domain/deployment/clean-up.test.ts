import { describe, expect, test } from 'vitest';

import { isTerminal, stepOf } from '#domain/deployment/state';

import { changed, planOf, web } from '../planning/planned.ts';
import { ID, at, given, stateOf, told } from './story.ts';
import { through } from './walk.ts';

const plan = planOf({ strategy: { type: 'blue-green', scaleDownDelaySeconds: 90 }, next: changed([web]) });
const conclude = { type: 'Conclude', at: at(100) } as const;
const succeeded = told(through(plan), conclude);
const dispatch = { type: 'Dispatch', step: 'cleanup', at: at(190) } as const;
const report = (outcome: 'succeeded' | 'failed') => ({ type: 'Report', command: `${ID}/cleanup/edge-1/web`, outcome, reason: 'so it is', at: at(195) }) as const;

describe('the clean-up after blue-green', () => {
  test('is set for the end of the delay', () => {
    given(through(plan)).when(conclude).thenEvents(['DeploymentSucceeded', { reason: 'all traffic is on 2.0.0', cleanupAt: at(190) }]);
    expect(stateOf(succeeded).cleanupAt).toBe(at(190));
  });

  test('begins then, once, and neither before nor for a deployment that goes on', () => {
    given(succeeded).when({ ...dispatch, at: at(189) }).thenNothing();
    given(succeeded).when(dispatch).thenTypes('StepDispatched');
    given(told(succeeded, dispatch)).when(dispatch).thenNothing();
    given(through(plan)).when(dispatch).thenNothing();
  });

  test('ends with what its target reports, and changes nothing about the end', () => {
    const outcome = given(told(succeeded, dispatch)).when(report('succeeded'));
    outcome.thenEvents(
      ['CommandReported', { command: `${ID}/cleanup/edge-1/web`, outcome: 'succeeded', reason: 'so it is' }],
      ['StepSucceeded', { step: 'cleanup', reason: 'Stop the old release: done' }],
      ['CleanupFinished', { outcome: 'done', reason: 'the old side is stopped' }],
    );
    expect(outcome.state).toMatchObject({ name: 'Succeeded', reason: 'all traffic is on 2.0.0', cleanupAt: null, weightPercent: { 'edge-1': 100 } });
    expect(stepOf(outcome.state, 'cleanup')?.status).toBe('succeeded');
    given(outcome.story).when(report('succeeded')).thenNothing();
    given(outcome.story).when(dispatch).thenNothing();
  });

  test('that fails leaves the deployment Succeeded', () => {
    const outcome = given(told(succeeded, dispatch)).when(report('failed'));
    outcome.thenTypes('CommandReported', 'CleanupFinished');
    expect(outcome.state).toMatchObject({ name: 'Succeeded', ending: null, cleanupAt: null });
    expect(isTerminal(outcome.state)).toBe(true);
  });

  test('that fails on one of two targets ends once, when the other has told as well', () => {
    const wide = planOf({ strategy: { type: 'blue-green', scaleDownDelaySeconds: 90 }, next: changed([web]), waves: [['edge-1', 'edge-2']], stable: { 'edge-1': [web], 'edge-2': [web] } });
    const begun = told(through(wide), conclude, dispatch);
    const first = given(begun).when(report('failed'));
    first.thenTypes('CommandReported');
    expect(first.state.cleanupAt).toBe(at(190));
    const other = { ...report('succeeded'), command: `${ID}/cleanup/edge-2/web` } as const;
    const last = given(first.story).when(other);
    last.thenTypes('CommandReported', 'CleanupFinished');
    expect(last.story.at(-1)).toMatchObject({ payload: { outcome: 'failed', reason: expect.stringContaining('failed on edge-1 (web)') } });
    given(last.story).when(other).thenNothing();
  });

  test('is taken over by a later deployment, once', () => {
    const takenOver = { type: 'FinishCleanup', outcome: 'takenOver', reason: 'a later deployment changes edge-1', at: at(150) } as const;
    const outcome = given(succeeded).when(takenOver);
    outcome.thenEvents(['CleanupFinished', { outcome: 'takenOver', reason: 'a later deployment changes edge-1' }]);
    given(outcome.story).when(takenOver).thenNothing();
    given(outcome.story).when(dispatch).thenNothing();
    given(through(plan)).when(takenOver).thenNothing();
  });
});
