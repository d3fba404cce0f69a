import { describe, expect, test } from 'vitest';

import type { DeploymentCommand } from '#domain/deployment/command';

import { ann, at, bob, given, planned, requested, stateOf, told } from './story.ts';
import type { Story } from './story.ts';
import { begun, canary, during, through, until } from './walk.ts';

const plan = canary({}, { analysis: { template: 'errors' } });
const pause = { type: 'Pause', by: ann, at: at(5) } as const;
const resume = { type: 'Resume', by: bob, at: at(6) } as const;
const abort = { type: 'Abort', cause: 'aborted', by: ann, at: at(7) } as const;
const abandon = { type: 'Abandon', by: bob, at: at(8) } as const;
const inconclusive = (step: string | null) => ({ type: 'RecordVerdict', step, run: 1, verdict: 'Inconclusive', reason: 'too few requests', onInconclusive: 'pause', at: at(4) }) as const;
const backwards = told(until(plan, '6-shift-50'), abort, { type: 'BeginRollback', error: null, at: at(7) });
const over = told(through(plan), { type: 'Conclude', at: at(9) });

describe('a pause', () => {
  test.each(['1-prepare', '2-shift-10', '3-verify', '4-bake', '5-pause', '8-analyse', '9-approve', '14-retire'])('is taken during %s', (step) => {
    for (const story of [until(plan, step), during(plan, step)]) {
      const outcome = given(story).when({ ...pause, comment: 'a customer called' });
      outcome.thenEvents(['DeploymentPaused', { by: 'person', actor: ann, until: null, reason: 'paused by ann: a customer called' }]);
      expect(outcome.state).toMatchObject({ name: 'Paused', reason: 'paused by ann: a customer called' });
      given(outcome.story).when(pause).thenNothing();
    }
  });

  test('is the reason of the deployment until it ends, whatever goes on meanwhile', () => {
    const paused = told(during(plan, '4-bake'), pause, { type: 'EndWait', step: '4-bake', at: at(60) });
    expect(stateOf(paused)).toMatchObject({ name: 'Paused', reason: 'paused by ann' });
    expect(given(paused).when(abort).state.reason).toBe('aborted by ann');
  });

  test('before the first step leaves the deployment Planned when it ends', () => {
    expect(given(told(planned(plan), pause)).when(resume).state.name).toBe('Planned');
  });

  test('leaves what runs running', () => {
    const paused = told(during(plan, '2-shift-10'), pause);
    expect(stateOf(paused).steps[1]?.status).toBe('running');
    given(told(during(plan, '4-bake'), pause)).when({ type: 'EndWait', step: '4-bake', at: at(60) }).thenTypes('StepSucceeded');
  });

  test('is refused in the queue, on the way back and after the end', () => {
    given(requested).when(pause).thenRefused(/waits in the queue cannot be paused; abort it instead/);
    given(told(planned(plan), abort)).when(pause).thenRefused(/is going back \(aborted by ann\); only abandon is possible/);
    given(backwards).when(pause).thenRefused(/is going back/);
    given(over).when(pause).thenRefused(/the deployment is Succeeded; nothing can be changed any more/);
  });
});

describe('a resume', () => {
  test('ends a person\'s pause', () => {
    const outcome = given(told(until(plan, '2-shift-10'), pause)).when({ ...resume, comment: 'it was nothing' });
    outcome.thenEvents(['DeploymentResumed', { by: 'person', actor: bob, reason: 'resumed by bob: it was nothing' }]);
    expect(outcome.state).toMatchObject({ name: 'Progressing', paused: null });
  });

  test.each([['8-analyse', '8-analyse'], [null, '4-bake']] as const)('ends the pause after an open question, and asks it anew (%s)', (step, present) => {
    const paused = told(during(plan, present), inconclusive(step));
    const outcome = given(paused).when(resume);
    outcome.thenEvents(['DeploymentResumed', { by: 'person', actor: bob, reason: 'resumed by bob' }], ['AnalysisRestarted', { step, run: 2, reason: 'a new run after the pause' }]);
    expect(outcome.state.runs[step ?? 'background']).toBe(2);
  });

  test('asks all open questions anew', () => {
    given(told(during(plan, '8-analyse'), inconclusive('8-analyse'), inconclusive(null))).when(resume).thenTypes('DeploymentResumed', 'AnalysisRestarted', 'AnalysisRestarted');
  });

  test('leaves what was answered alone', () => {
    const answered = told(during(plan, '8-analyse'), { ...inconclusive('8-analyse'), verdict: 'Successful' }, pause);
    given(answered).when(resume).thenTypes('DeploymentResumed');
  });

  test('does not end a pause step, and says what does', () => {
    given(during(plan, '5-pause')).when(resume).thenRefused(/is Progressing, not paused; the pause step 5-pause is ended by promote/);
    const both = given(told(during(plan, '5-pause'), pause)).when(resume);
    both.thenTypes('DeploymentResumed');
    expect(both.state.steps[4]?.status).toBe('running');
  });

  test('is refused where nothing is paused', () => {
    given(planned(plan)).when(resume).thenRefused(/is Planned, not paused$/);
    given(requested).when(resume).thenRefused(/is Requested, not paused$/);
    given(backwards).when(resume).thenRefused(/is going back/);
    given(over).when(resume).thenRefused(/is Succeeded/);
  });
});

describe('an abort', () => {
  test('is taken in every step, also while paused, and makes the deployment go back', () => {
    for (const step of plan.steps.map((one) => one.id)) {
      for (const story of [until(plan, step), during(plan, step), told(during(plan, step), pause)]) {
        const outcome = given(story).when({ ...abort, comment: 'wrong release' });
        outcome.thenEvents(['AbortRequested', { by: ann, cause: 'aborted', reason: 'aborted by ann: wrong release' }]);
        expect(outcome.state.ending).toEqual({ cause: 'aborted', reason: 'aborted by ann: wrong release' });
      }
    }
  });

  test('by a successor says so', () => {
    const successor = { id: 'dep-b', name: 'dep-b' };
    expect(given(during(plan, '4-bake')).when({ ...abort, cause: 'superseded', by: successor }).state.ending).toEqual({ cause: 'superseded', reason: 'superseded by dep-b' });
  });

  test('once more, or on the way back, changes nothing', () => {
    given(told(during(plan, '4-bake'), abort)).when(abort).thenNothing();
    given(told(during(plan, '4-bake'), abort)).when({ ...abort, cause: 'superseded' }).thenNothing();
    given(backwards).when(abort).thenNothing();
  });

  test('in the queue is the end', () => {
    const outcome = given(requested).when(abort);
    outcome.thenTypes('AbortRequested', 'DeploymentAborted');
    expect(outcome.state).toMatchObject({ name: 'Aborted', reason: 'aborted by ann; nothing was changed' });
  });

  test('by a person is refused where the triggers say so, by a successor never', () => {
    const fixed = during(canary({}, { rollbackTriggers: { manual: false } }), '4-bake');
    given(fixed).when(abort).thenRefused(/triggers do not allow a manual abort/);
    given(fixed).when({ ...abort, cause: 'superseded' }).thenTypes('AbortRequested');
  });

  test('comes in the last moment, but not after it', () => {
    given(through(plan)).when(abort).thenTypes('AbortRequested');
    given(over).when(abort).thenRefused(/is Succeeded; nothing can be changed/);
  });
});

describe('to abandon', () => {
  test('is for a deployment whose rollback has begun', () => {
    const outcome = given(begun(backwards)).when({ ...abandon, comment: 'the machine is gone' });
    outcome.thenEvents(['DeploymentAbandoned', { by: bob, reason: 'abandoned by bob: the machine is gone' }]);
    expect(outcome.state).toMatchObject({ name: 'RollingBack', abandoned: 'abandoned by bob: the machine is gone' });
    given(outcome.story).when(abandon).thenNothing();
    given(outcome.story).when({ type: 'Dispatch', step: 'restore', at: at(9) }).thenNothing();
  });

  test('is refused before and after', () => {
    given(requested).when(abandon).thenRefused(/abort it first/);
    given(during(plan, '4-bake')).when(abandon).thenRefused(/rollback has begun can be abandoned; abort it first/);
    given(told(during(plan, '4-bake'), abort)).when(abandon).thenRefused(/it begins in a moment/);
    given(over).when(abandon).thenRefused(/is Succeeded/);
  });
});

describe('after the end', () => {
  const ends: readonly (readonly [string, Story])[] = [
    ['Succeeded', over], ['Aborted', told(requested, abort)],
    ['Failed', told(begun(backwards), abandon, { type: 'Conclude', at: at(9) })],
  ];
  const acts: readonly DeploymentCommand[] = [pause, resume, abort, abandon, { type: 'Promote', full: true, by: ann, at: at(9) }, { type: 'Approve', by: ann, at: at(9) }, { type: 'Deny', by: ann, at: at(9) }];

  test.each(ends)('%s, nobody can change anything', (name, story) => {
    expect(stateOf(story).name).toBe(name);
    for (const act of acts) given(story).when(act).thenRefused(new RegExp(`^the deployment is ${name}; nothing can be changed any more$`));
  });
});
