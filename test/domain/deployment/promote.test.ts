import { describe, expect, test } from 'vitest';

import { currentStep, stepOf } from '#domain/deployment/state';

import { ann, at, bob, given, planned, requested, stateOf, told } from './story.ts';
import type { Story } from './story.ts';
import { canary, during, through, until } from './walk.ts';

const plan = canary({}, { analysis: { template: 'errors' } });
const promote = { type: 'Promote', full: false, by: ann, at: at(5) } as const;
const full = { ...promote, full: true } as const;
const pause = { type: 'Pause', by: bob, at: at(4) } as const;
const inconclusive = (step: string | null) => ({ type: 'RecordVerdict', step, run: 1, verdict: 'Inconclusive', reason: 'too few requests', onInconclusive: 'pause', at: at(4) }) as const;
const lost = { type: 'LoseHealth', target: 'edge-1', component: 'web', reason: 'it ended', at: at(4) } as const;

describe('a promotion', () => {
  test.each(['4-bake', '5-pause', '8-analyse'])('ends %s, and nothing more', (step) => {
    const outcome = given(during(plan, step)).when({ ...promote, step, comment: 'enough' });
    outcome.thenEvents(['StepSkipped', { step, by: ann, reason: 'promoted by ann: enough' }]);
    expect(stepOf(outcome.state, step)).toMatchObject({ status: 'skipped', endedAt: at(5) });
    expect(currentStep(outcome.state)).toMatchObject({ status: 'pending' });
    given(outcome.story).when({ ...promote, step }).thenRefused(/is not the present one/);
  });

  test.each(['1-prepare', '2-shift-10', '3-verify', '10-promote', '12-workers', '14-retire'])('is refused while %s is carried out', (step) => {
    given(during(plan, step)).when(promote).thenRefused(new RegExp(`the step ${step} is being carried out; promote ends only a pause, a bake or an analysis`));
    given(until(plan, step)).when(promote).thenRefused(/is not a pause, a bake or an analysis that runs/);
  });

  test('gives no approval', () => {
    given(during(plan, '9-approve')).when(promote).thenRefused(/waits for an approval, which promote does not give/);
  });

  test('means the step that it names, and is refused for another', () => {
    given(during(plan, '4-bake')).when({ ...promote, step: '5-pause' }).thenRefused(/the step 5-pause is not the present one; that is 4-bake/);
    given(during(plan, '4-bake')).when({ ...promote, step: '99-bake' }).thenRefused(/the deployment has no step "99-bake"/, { kind: 'invalid', code: 'rule-broken', field: 'step', value: '99-bake' });
    given(during(plan, '4-bake')).when({ ...full, step: '5-pause' }).thenRefused(/not the present one/);
  });

  test('is refused where there is no step, on the way back', () => {
    given(requested).when(promote).thenRefused(/no step to act on/);
    given(through(plan)).when(promote).thenRefused(/no step to act on/);
    given(told(during(plan, '4-bake'), { type: 'Abort', cause: 'aborted', by: ann, at: at(4) })).when(promote).thenRefused(/is going back/);
  });

  test('leaves a person\'s pause as it is', () => {
    const outcome = given(told(during(plan, '4-bake'), pause)).when(promote);
    outcome.thenTypes('StepSkipped');
    expect(outcome.state).toMatchObject({ name: 'Paused', paused: { by: 'person' } });
  });

  test('of an analysis without an answer ends the pause with it: they are one', () => {
    const outcome = given(told(during(plan, '8-analyse'), inconclusive('8-analyse'))).when(promote);
    outcome.thenTypes('StepSkipped', 'DeploymentResumed');
    expect(outcome.state).toMatchObject({ name: 'Progressing', paused: null });
  });

  test.each<readonly [string, Story]>([
    ['a bake, while the analysis behind it has no answer', told(during(plan, '4-bake'), inconclusive(null))],
    ['a pause step, likewise', told(during(plan, '5-pause'), inconclusive(null))],
    ['an analysis that goes on, while that behind it has no answer', told(during(plan, '8-analyse'), inconclusive(null))],
    ['an analysis without an answer, while that behind it has none either', told(during(plan, '8-analyse'), inconclusive('8-analyse'), inconclusive(null))],
    ['an analysis without an answer, while health is lost', told(during(canary({}, { rollbackTriggers: { health: false } }), '8-analyse'), inconclusive('8-analyse'), lost)],
  ])('ends one thing and never two: %s', (_, story) => {
    const outcome = given(story).when(promote);
    outcome.thenTypes('StepSkipped');
    expect(outcome.state).toMatchObject({ name: 'Paused', paused: { by: 'analysis' } });
    expect(given(outcome.story).when({ type: 'Resume', by: ann, at: at(6) }).state).toMatchObject({ name: 'Progressing', paused: null });
  });
});

describe('a full promotion', () => {
  test.each(['4-bake', '5-pause', '8-analyse'])('ends %s, and what follows of its kind', (step) => {
    const outcome = given(during(plan, step)).when(full);
    outcome.thenEvents(['PromotedFully', { by: ann, reason: 'promoted fully by ann' }], ['StepSkipped', { step, by: ann, reason: 'promoted fully by ann' }]);
    expect(outcome.state.full).toBe(true);
    given(outcome.story).when(full).thenNothing();
  });

  test('is taken before and during a dispatched step: it is about what follows', () => {
    given(planned(plan)).when(full).thenTypes('PromotedFully');
    given(during(plan, '2-shift-10')).when(full).thenTypes('PromotedFully');
    expect(stateOf(told(during(plan, '2-shift-10'), full)).steps[1]?.status).toBe('running');
  });

  test('ends a person\'s pause, and one for want of an answer', () => {
    given(told(until(plan, '2-shift-10'), pause)).when(full).thenTypes('PromotedFully', 'DeploymentResumed');
    given(told(during(plan, '8-analyse'), inconclusive('8-analyse'))).when(full).thenTypes('PromotedFully', 'StepSkipped', 'DeploymentResumed');
    given(told(during(plan, '4-bake'), inconclusive(null))).when(full).thenTypes('PromotedFully', 'StepSkipped', 'DeploymentResumed');
  });

  test('never skips an approval', () => {
    const outcome = given(during(plan, '9-approve')).when(full);
    outcome.thenTypes('PromotedFully');
    expect(stepOf(outcome.state, '9-approve')?.status).toBe('running');
    given(told(until(plan, '9-approve'), full)).when({ type: 'Advance', at: at(6) }).thenNothing();
    given(told(until(plan, '9-approve'), full)).when({ type: 'StartWait', step: '9-approve', at: at(6) }).thenTypes('WaitStarted');
  });

  test('does not keep a verdict behind the steps from going back', () => {
    given(told(during(plan, '6-shift-50'), full)).when({ ...inconclusive(null), verdict: 'Failed' }).thenTypes('VerdictReached', 'StepFailed');
  });
});
