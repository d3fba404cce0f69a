import { describe, expect, test } from 'vitest';

import type { ChangeStep } from '#domain/deployment/plan';
import { currentStep, stepOf, touched } from '#domain/deployment/state';

import { changed, web } from '../planning/planned.ts';
import { ID, ann, at, bob, given, planned, requested, stateOf, told } from './story.ts';
import type { Story } from './story.ts';
import { begun, canary, done, during, reports, restored, through, until } from './walk.ts';

const plan = canary();
const abort = { type: 'Abort', cause: 'aborted', by: ann, at: at(5) } as const;
const begin = { type: 'BeginRollback', error: null, at: at(6) } as const;
const advance = { type: 'Advance', at: at(7) } as const;
const restore = (id: string, targets: string[], replicas: ChangeStep['replicas'], title: string): ChangeStep =>
  ({ id, title, kind: 'restore', wave: 0, targets, weightPercent: 0, timeoutSeconds: 600, changesTraffic: true, replicas });
const traffic = (targets: string[]) => restore('restore', targets, { web: { new: 0, stable: 2 } }, 'Return all traffic to the stable release');
const workers = (targets: string[]) => restore('restore-workers', targets, { mailer: { new: 0, stable: 1 } }, 'Restore the workers of the stable release');

function back(story: Story): Story {
  return told(story, abort, begin);
}

describe('the beginning of a rollback', () => {
  test('gives its cause and reason, and what is to be restored', () => {
    const outcome = given(told(during(plan, '4-bake'), abort)).when(begin);
    outcome.thenEvents(['RollbackStarted', { cause: 'aborted', reason: 'aborted by ann', steps: [traffic(['edge-1'])] }]);
    expect(outcome.state).toMatchObject({ name: 'RollingBack', reason: 'aborted by ann', paused: null, rollback: { cause: 'aborted' } });
    expect(currentStep(outcome.state)?.step.id).toBe('restore');
    given(outcome.story).when(begin).thenNothing();
  });

  test.each<readonly [string, string, readonly string[]]>([
    ['a prepared side', '2-shift-10', ['restore']], ['shifted traffic', '4-bake', ['restore']], ['replaced workers as well, and these first', '13-verify', ['restore-workers', 'restore']], ['what was stopped already', '14-retire', ['restore-workers', 'restore']],
  ])('restores %s', (_, step, expected) => {
    const state = stateOf(back(until(plan, step)));
    expect(state.steps.filter((one) => one.phase === 'rollback').map((one) => one.step.id)).toEqual(expected);
  });

  test('has no steps where nothing was touched', () => {
    const state = stateOf(back(planned(plan)));
    expect(state).toMatchObject({ name: 'RollingBack' });
    expect(currentStep(state)).toBeUndefined();
  });

  test('restores also what a step under way may have touched', () => {
    expect(touched(stateOf(during(plan, '1-prepare')))).toEqual({ targets: ['edge-1'], components: ['web'] });
    given(told(during(plan, '12-workers'), abort)).when(begin).thenEvents(['RollbackStarted', { cause: 'aborted', reason: 'aborted by ann', steps: [workers(['edge-1']), traffic(['edge-1'])] }]);
  });

  test('leaves the waves alone that were not begun', () => {
    const waves = canary({ waves: [['edge-1'], ['edge-2'], ['edge-3']], stable: { 'edge-1': [web], 'edge-2': [web], 'edge-3': [web] }, next: changed([web]) }, { steps: [] });
    given(told(until(waves, '5-promote'), abort)).when(begin).thenEvents(['RollbackStarted', { cause: 'aborted', reason: 'aborted by ann', steps: [traffic(['edge-1', 'edge-2'])] }]);
  });

  test.each([
    ['States.Timeout', 'deadline', 'the progress deadline of 600 s was passed at Move 10 % of the traffic to 2.0.0'],
    ['States.TaskFailed', 'failure', 'the execution failed at Move 10 % of the traffic to 2.0.0: States.TaskFailed'],
    [null, 'failure', 'the execution failed at Move 10 % of the traffic to 2.0.0: it ended without a reason'],
  ])('by the machine itself, with the error %s, is a %s', (error, cause, reason) => {
    expect(given(during(plan, '2-shift-10')).when({ ...begin, error }).state.rollback).toEqual({ cause, reason });
  });

  test('keeps the cause that was there before the machine\'s error', () => {
    expect(given(told(during(plan, '2-shift-10'), abort)).when({ ...begin, error: 'States.Timeout' }).state.rollback?.cause).toBe('aborted');
  });

  test('ends a pause, and every step that goes on', () => {
    const state = stateOf(back(told(during(plan, '4-bake'), { type: 'Pause', by: bob, at: at(4) })));
    expect(state.paused).toBeNull();
    expect(stepOf(state, '4-bake')).toMatchObject({ status: 'failed', endedAt: at(6), reason: 'aborted by ann' });
    expect(state.steps.filter((one) => one.status === 'running')).toEqual([]);
  });

  test('needs a plan, and is of no interest after the end', () => {
    given(requested).when(begin).thenRefused(/was not planned: there is nothing to go back from/);
    given(told(through(plan), { type: 'Conclude', at: at(5) })).when(begin).thenNothing();
  });
});

describe('the steps of a rollback', () => {
  const story = back(during(plan, '13-verify'));

  test('carry the next generation, whatever else holds', () => {
    given(story).when({ type: 'Dispatch', step: 'restore-workers', at: at(7) }).thenEvents(['StepDispatched', {
      step: 'restore-workers', attempt: 1, generationOffset: 1, providers: ['agent'], reason: 'Restore the workers of the stable release',
      commands: [{ id: `${ID}/restore-workers/edge-1/mailer`, target: 'edge-1', component: 'mailer', provider: 'agent' }],
    }]);
  });

  test('come in their order', () => {
    given(story).when({ type: 'Dispatch', step: 'restore', at: at(7) }).thenNothing();
    given(done(begun(story))).when({ type: 'Dispatch', step: 'restore', at: at(7) }).thenTypes('StepDispatched');
  });

  test('take the traffic back', () => {
    expect(stateOf(story).weightPercent).toEqual({ 'edge-1': 100 });
    expect(stateOf(restored(story)).weightPercent).toEqual({ 'edge-1': 0 });
  });

  test('that fail are dispatched again with commands of their own, again and again', () => {
    let failing = begun(story);
    for (const attempt of [1, 2, 3, 4]) {
      const [report] = reports(failing, 'restore-workers', 'failed');
      if (report === undefined) throw new Error('there is no report');
      given(failing).when(report).thenTypes('CommandReported', 'RollbackStepFailed');
      failing = told(failing, report);
      expect(stateOf(failing)).toMatchObject({ name: 'RollingBack' });
      expect(stepOf(stateOf(failing), 'restore-workers')).toMatchObject({ status: 'failed', attempt });
      failing = told(failing, { type: 'Dispatch', step: 'restore-workers', at: at(8) });
      expect(stepOf(stateOf(failing), 'restore-workers')).toMatchObject({ status: 'running', attempt: attempt + 1, commands: [{ id: `${ID}/restore-workers~${attempt + 1}/edge-1/mailer`, status: 'running' }] });
    }
    expect(currentStep(stateOf(done(failing)))?.step.id).toBe('restore');
  });

  test('without an answer in their time count as failed when the machine asks', () => {
    const outcome = given(begun(story)).when(advance);
    outcome.thenEvents(['RollbackStepFailed', { step: 'restore-workers', attempt: 1, reason: 'no report came within its time' }]);
    given(outcome.story).when(advance).thenNothing();
  });

  test('take no late report of an attempt before', () => {
    const [late] = reports(begun(story), 'restore-workers');
    if (late === undefined) throw new Error('there is no report');
    const failed = told(begun(story), advance);
    given(failed).when(late).thenNothing();
    given(begun(failed)).when(late).thenNothing();
  });
});
