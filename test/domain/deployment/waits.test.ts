import { describe, expect, test } from 'vitest';

import { stepOf } from '#domain/deployment/state';

import { ann, at, given, planned, sluice, told } from './story.ts';
import type { Story } from './story.ts';
import { canary, during, until } from './walk.ts';

const plan = canary({}, { steps: [{ bakeSeconds: 60 }, { pause: {} }, { pause: { durationSeconds: 30 } }, { analysis: { template: 'errors' } }, { approval: { required: 1, timeoutSeconds: 3600 } }] });
const waits = [['2-bake', 60], ['4-pause', 30], ['5-analyse', 120], ['6-approve', 3600]] as const;
const begin = (step: string) => ({ type: 'StartWait', step, at: at(0) }) as const;
const end = (step: string, seconds: number) => ({ type: 'EndWait', step, at: at(seconds) }) as const;
const pause = { type: 'Pause', by: ann, at: at(1) } as const;

describe('a wait', () => {
  test.each(waits)('%s lasts %i s at the most', (step, seconds) => {
    const outcome = given(until(plan, step)).when(begin(step));
    outcome.thenTypes('WaitStarted');
    expect(stepOf(outcome.state, step)).toMatchObject({ status: 'running', startedAt: at(0), until: at(seconds) });
    given(outcome.story).when(begin(step)).thenNothing();
  });

  test('without a length has no end', () => {
    given(until(plan, '3-pause')).when(begin('3-pause')).thenEvents(['WaitStarted', { step: '3-pause', until: null, reason: 'Pause until promoted' }]);
    given(during(plan, '3-pause')).when(end('3-pause', 10_000_000)).thenNothing();
  });

  test('begins in its turn only', () => {
    given(planned(plan)).when(begin('2-bake')).thenNothing();
    given(until(plan, '3-pause')).when(begin('2-bake')).thenNothing();
    given(told(until(plan, '2-bake'), { type: 'Abort', cause: 'aborted', by: ann, at: at(0) })).when(begin('2-bake')).thenNothing();
    given(planned(plan)).when(begin('1-prepare')).thenRefused(/there is no step 1-prepare to wait in/);
    given(planned(plan)).when(begin('99-bake')).thenRefused(/there is no step 99-bake/);
  });

  test('that a full promotion came before is not begun', () => {
    const full = told(until(plan, '2-bake'), { type: 'Promote', full: true, by: ann, at: at(0) });
    given(full).when(begin('2-bake')).thenEvents(['StepSkipped', { step: '2-bake', by: sluice, reason: 'skipped by a full promotion' }]);
    const atTheGate: Story = told(full, { type: 'Advance', at: at(0) }, { type: 'Advance', at: at(0) }, { type: 'Advance', at: at(0) }, { type: 'Advance', at: at(0) });
    given(atTheGate).when(begin('6-approve')).thenTypes('WaitStarted');
  });
});

describe('the end of a wait', () => {
  test.each([['2-bake', 60], ['4-pause', 30]] as const)('of %s comes at its time, not before', (step, seconds) => {
    const story = during(plan, step);
    given(story).when(end(step, seconds - 0.001)).thenNothing();
    given(story).when(end(step, seconds)).thenTypes('StepSucceeded');
    given(story).when(end(step, seconds + 500)).thenTypes('StepSucceeded');
    given(told(story, end(step, seconds))).when(end(step, seconds)).thenNothing();
  });

  test('comes when its timer says so where the clock was set back to before the wait began: the time that was told is no measure then', () => {
    given(during(plan, '2-bake')).when(end('2-bake', -3600)).thenTypes('StepSucceeded');
  });

  test('of an approval without an answer is a denial, with its reason', () => {
    const story = during(plan, '6-approve');
    given(story).when(end('6-approve', 3599)).thenNothing();
    const outcome = given(story).when(end('6-approve', 3600));
    outcome.thenEvents(['StepFailed', { step: '6-approve', cause: 'denied', reason: 'nobody approved within 3600 s' }]);
    expect(outcome.state.ending).toEqual({ cause: 'denied', reason: 'nobody approved within 3600 s' });
  });

  test('of an analysis is a verdict, never its time', () => {
    given(during(plan, '5-analyse')).when(end('5-analyse', 121)).thenNothing();
  });

  test('is of no interest for a step that has not begun, is over, or is none', () => {
    given(until(plan, '2-bake')).when(end('2-bake', 100)).thenNothing();
    given(until(plan, '3-pause')).when(end('2-bake', 100)).thenNothing();
    given(planned(plan)).when(end('99-bake', 100)).thenNothing();
  });

  test('comes for a bake while a person pauses: the bake goes on, what follows waits', () => {
    const outcome = given(told(during(plan, '2-bake'), pause)).when(end('2-bake', 60));
    outcome.thenTypes('StepSucceeded');
    expect(outcome.state).toMatchObject({ name: 'Paused', paused: { by: 'person' } });
  });

  test('comes too late once the deployment is going back', () => {
    const aborted = told(during(plan, '2-bake'), { type: 'Abort', cause: 'aborted', by: ann, at: at(9) });
    given(aborted).when(end('2-bake', 60)).thenNothing();
    given(told(aborted, { type: 'BeginRollback', error: null, at: at(9) })).when(end('2-bake', 60)).thenNothing();
  });
});
