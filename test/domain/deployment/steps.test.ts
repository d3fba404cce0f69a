import { describe, expect, test } from 'vitest';

import { currentStep, stepOf } from '#domain/deployment/state';

import { ID, ann, at, given, planned, requested, sluice, stateOf, told } from './story.ts';
import { begun, canary, done, during, reports, through, until } from './walk.ts';

const plan = canary({ waves: [['edge-1', 'edge-2']], stable: { 'edge-1': [{ name: 'web' }, { name: 'mailer', type: 'worker', replicas: 1 }] } });
const dispatch = (step: string) => ({ type: 'Dispatch', step, at: at(5) }) as const;
const pause = { type: 'Pause', by: ann, at: at(4) } as const;
const abort = { type: 'Abort', cause: 'aborted', by: ann, at: at(4) } as const;

describe('the dispatch of a step', () => {
  test('sends one command per target and component, and names the providers', () => {
    const outcome = given(planned(plan)).when(dispatch('1-prepare'));
    outcome.thenEvents(['StepDispatched', {
      step: '1-prepare', attempt: 1, generationOffset: 0, providers: ['agent'], reason: 'Start 2.0.0 without traffic',
      commands: ['edge-1', 'edge-2'].map((target) => ({ id: `${ID}/1-prepare/${target}/web`, target, component: 'web', provider: 'agent' })),
    }]);
    expect(outcome.state).toMatchObject({ name: 'Progressing', reason: 'Start 2.0.0 without traffic' });
    expect(currentStep(outcome.state)).toMatchObject({ status: 'running', attempt: 1, startedAt: at(5) });
  });

  test('happens once, and in its turn', () => {
    given(begun(planned(plan))).when(dispatch('1-prepare')).thenNothing();
    given(planned(plan)).when(dispatch('2-shift-10')).thenNothing();
    given(until(plan, '3-verify')).when(dispatch('2-shift-10')).thenNothing();
  });

  test('is refused for what is no step of the plan, or none that is dispatched', () => {
    given(planned(plan)).when(dispatch('99-shift')).thenRefused(/there is no step 99-shift to dispatch/);
    given(until(plan, '4-bake')).when(dispatch('4-bake')).thenRefused(/there is no step 4-bake/);
    given(requested).when(dispatch('1-prepare')).thenRefused(/there is no step/);
  });

  test('waits while the deployment is paused, if it changes traffic, and only then', () => {
    given(told(until(plan, '2-shift-10'), pause)).when(dispatch('2-shift-10')).thenNothing();
    given(told(until(plan, '12-workers'), pause)).when(dispatch('12-workers')).thenNothing();
    given(told(until(plan, '1-prepare'), pause)).when(dispatch('1-prepare')).thenTypes('StepDispatched');
    given(told(until(plan, '3-verify'), pause)).when(dispatch('3-verify')).thenTypes('StepDispatched');
  });

  test('goes on after a resume', () => {
    const resumed = told(until(plan, '2-shift-10'), pause, { type: 'Resume', by: ann, at: at(4) });
    given(resumed).when(dispatch('2-shift-10')).thenTypes('StepDispatched');
  });

  test('does not happen once the deployment is going back or over', () => {
    const aborted = told(until(plan, '2-shift-10'), abort);
    given(aborted).when(dispatch('2-shift-10')).thenNothing();
    given(told(aborted, { type: 'BeginRollback', error: null, at: at(5) })).when(dispatch('2-shift-10')).thenNothing();
    given(told(through(plan), { type: 'Conclude', at: at(5) })).when(dispatch('1-prepare')).thenNothing();
  });

  test('without a command is done at once', () => {
    const empty = { ...plan, steps: plan.steps.map((step) => (step.kind === 'prepare' ? { ...step, replicas: {} } : step)) };
    given(planned(empty)).when(dispatch('1-prepare')).thenTypes('StepDispatched', 'StepSucceeded');
  });
});

describe('a report', () => {
  const story = during(plan, '2-shift-10');
  const command = (target: string) => `${ID}/2-shift-10/${target}/web`;
  const report = (id: string, outcome: 'succeeded' | 'failed' = 'succeeded') => ({ type: 'Report', command: id, outcome, reason: 'so it is', at: at(7) }) as const;

  test('is recorded, and the step goes on until the last one', () => {
    const outcome = given(story).when(report(command('edge-1')));
    outcome.thenEvents(['CommandReported', { command: command('edge-1'), outcome: 'succeeded', reason: 'so it is' }]);
    expect(stepOf(outcome.state, '2-shift-10')).toMatchObject({ status: 'running', commands: [{ status: 'succeeded', reason: 'so it is' }, { status: 'running' }] });
    expect(outcome.state.weightPercent).toEqual({});
  });

  test('that is the last good one ends the step, and the weight is reached', () => {
    const outcome = given(told(story, report(command('edge-1')))).when(report(command('edge-2')));
    outcome.thenTypes('CommandReported', 'StepSucceeded');
    expect(stepOf(outcome.state, '2-shift-10')).toMatchObject({ status: 'succeeded', endedAt: at(7), reason: 'Move 10 % of the traffic to 2.0.0: done' });
    expect(outcome.state.weightPercent).toEqual({ 'edge-1': 10, 'edge-2': 10 });
  });

  test('of a failure ends the step at once, whatever the others do', () => {
    const outcome = given(story).when(report(command('edge-2'), 'failed'));
    outcome.thenEvents(
      ['CommandReported', { command: command('edge-2'), outcome: 'failed', reason: 'so it is' }],
      ['StepFailed', { step: '2-shift-10', cause: 'failure', reason: 'Move 10 % of the traffic to 2.0.0 failed on edge-2 (web): so it is' }],
    );
    expect(outcome.state.ending).toMatchObject({ cause: 'failure' });
    given(outcome.story).when(report(command('edge-1'))).thenNothing();
    given(outcome.story).when(report(command('edge-1'), 'failed')).thenNothing();
  });

  test('of a verification that failed is lost health', () => {
    given(during(plan, '3-verify')).when(report(`${ID}/3-verify/edge-1/web`, 'failed')).thenTypes('CommandReported', 'StepFailed');
    expect(given(during(plan, '3-verify')).when(report(`${ID}/3-verify/edge-1/web`, 'failed')).state.ending?.cause).toBe('health');
  });

  test('that comes again, or of a command that nobody sent, changes nothing', () => {
    given(told(story, report(command('edge-1')))).when(report(command('edge-1'))).thenNothing();
    given(told(story, report(command('edge-1')))).when(report(command('edge-1'), 'failed')).thenNothing();
    given(story).when(report(`${ID}/2-shift-10/edge-9/web`)).thenNothing();
    given(planned(plan)).when(report(command('edge-1'))).thenNothing();
  });

  test('that comes after its step\'s end changes nothing', () => {
    given(until(plan, '3-verify')).when(report(command('edge-1'), 'failed')).thenNothing();
  });

  test('after an abort still tells the truth about the traffic, but not why the deployment ends', () => {
    const aborted = told(story, abort);
    const outcome = given(told(aborted, report(command('edge-1')))).when(report(command('edge-2'), 'failed'));
    outcome.thenTypes('CommandReported', 'StepFailed');
    expect(outcome.state.ending).toEqual({ cause: 'aborted', reason: 'aborted by ann' });
    expect(stateOf(told(aborted, ...reports(aborted, '2-shift-10'))).weightPercent).toEqual({ 'edge-1': 10, 'edge-2': 10 });
  });

  test('of a forward step changes nothing once the rollback has begun, nor after the end', () => {
    const back = told(story, abort, { type: 'BeginRollback', error: null, at: at(6) });
    expect(stepOf(stateOf(back), '2-shift-10')).toMatchObject({ status: 'failed', endedAt: at(6), reason: 'aborted by ann' });
    for (const outcome of ['succeeded', 'failed'] as const) given(back).when(report(command('edge-1'), outcome)).thenNothing();
    const over = told(done(begun(back)), { type: 'Conclude', at: at(8) });
    expect(stateOf(over)).toMatchObject({ name: 'Aborted', weightPercent: { 'edge-1': 0, 'edge-2': 0 } });
    for (const outcome of ['succeeded', 'failed'] as const) given(over).when(report(command('edge-1'), outcome)).thenNothing();
  });
});

describe('before the machine is told its next step', () => {
  test('nothing happens as a rule', () => {
    for (const story of [planned(plan), during(plan, '2-shift-10'), during(plan, '4-bake'), through(plan)]) given(story).when({ type: 'Advance', at: at(9) }).thenNothing();
  });

  test('what a full promotion skips is skipped, one step at a time', () => {
    const full = done(begun(told(until(plan, '3-verify'), { type: 'Promote', full: true, by: ann, at: at(4) })));
    const outcome = given(full).when({ type: 'Advance', at: at(9) });
    outcome.thenEvents(['StepSkipped', { step: '4-bake', by: sluice, reason: 'skipped by a full promotion' }]);
    given(outcome.story).when({ type: 'Advance', at: at(9) }).thenTypes('StepSkipped');
    given(told(outcome.story, { type: 'Advance', at: at(9) })).when({ type: 'Advance', at: at(9) }).thenNothing();
    given(told(full, abort)).when({ type: 'Advance', at: at(9) }).thenNothing();
  });
});
