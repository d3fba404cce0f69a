import { describe, expect, test } from 'vitest';

import type { DeploymentEventType, Verdict } from '#domain/deployment/events';
import { stepOf } from '#domain/deployment/state';

import { ann, at, given, stateOf, told } from './story.ts';
import { begun, canary, done, during, through, until } from './walk.ts';

type OnInconclusive = 'pause' | 'rollBack';
type Row = readonly [Verdict, 'trigger' | 'no trigger', OnInconclusive, DeploymentEventType | null];

const said = (step: string | null, verdict: Verdict, { run = 1, onInconclusive = 'pause' }: { readonly run?: number; readonly onInconclusive?: OnInconclusive } = {}) => ({ type: 'RecordVerdict', step, run, verdict, reason: 'errors: 5 is > 2', onInconclusive, at: at(9) }) as const;
const analysis = { template: 'errors' };
const plan = canary({}, { analysis });
const careless = canary({}, { analysis, rollbackTriggers: { verdict: false } });
const pause = { type: 'Pause', by: ann, at: at(5) } as const;
const resume = { type: 'Resume', by: ann, at: at(20) } as const;

/** What follows a verdict, for every verdict, with the trigger on and off, and either answer to an open question. */
const FAILED_AND_OPEN: readonly Row[] = [
  ['Failed', 'trigger', 'pause', 'StepFailed'], ['Failed', 'trigger', 'rollBack', 'StepFailed'],
  ['Failed', 'no trigger', 'pause', 'DeploymentPaused'], ['Failed', 'no trigger', 'rollBack', 'DeploymentPaused'],
  ['Inconclusive', 'trigger', 'pause', 'DeploymentPaused'], ['Inconclusive', 'trigger', 'rollBack', 'StepFailed'],
  ['Inconclusive', 'no trigger', 'pause', 'DeploymentPaused'], ['Inconclusive', 'no trigger', 'rollBack', 'StepFailed'],
  ['Error', 'trigger', 'pause', 'DeploymentPaused'], ['Error', 'trigger', 'rollBack', 'StepFailed'],
  ['Error', 'no trigger', 'pause', 'DeploymentPaused'], ['Error', 'no trigger', 'rollBack', 'StepFailed'],
];

describe('the verdict of an analysis step', () => {
  test.each<Row>([
    ['Successful', 'trigger', 'pause', 'StepSucceeded'], ['Successful', 'trigger', 'rollBack', 'StepSucceeded'],
    ['Successful', 'no trigger', 'pause', 'StepSucceeded'], ['Successful', 'no trigger', 'rollBack', 'StepSucceeded'],
    ...FAILED_AND_OPEN,
  ])('%s, with %s and onInconclusive %s, leads to %s', (verdict, trigger, onInconclusive, follows) => {
    const story = during(trigger === 'trigger' ? plan : careless, '8-analyse');
    given(story).when(said('8-analyse', verdict, { onInconclusive })).thenTypes(...['VerdictReached' as const, follows].filter((one) => one !== null));
  });

  test('that is Failed goes back, with the verdict as the cause and its reason', () => {
    const outcome = given(during(plan, '8-analyse')).when(said('8-analyse', 'Failed'));
    outcome.thenEvents(
      ['VerdictReached', { step: '8-analyse', run: 1, verdict: 'Failed', reason: 'errors: 5 is > 2' }],
      ['StepFailed', { step: '8-analyse', cause: 'verdict', reason: 'errors: 5 is > 2' }],
    );
    expect(outcome.state.ending).toEqual({ cause: 'verdict', reason: 'errors: 5 is > 2' });
  });

  test('that is Inconclusive pauses the deployment, and leaves the step open', () => {
    const outcome = given(during(plan, '8-analyse')).when(said('8-analyse', 'Inconclusive'));
    outcome.thenEvents(
      ['VerdictReached', { step: '8-analyse', run: 1, verdict: 'Inconclusive', reason: 'errors: 5 is > 2' }],
      ['DeploymentPaused', { by: 'analysis', actor: null, until: null, reason: 'Inconclusive: errors: 5 is > 2' }],
    );
    expect(outcome.state).toMatchObject({ name: 'Paused', ending: null });
    expect(stepOf(outcome.state, '8-analyse')?.status).toBe('running');
  });

  test('counts once, for the present run, while the step goes on', () => {
    const story = told(during(plan, '8-analyse'), said('8-analyse', 'Inconclusive'));
    given(story).when(said('8-analyse', 'Failed')).thenNothing();
    const again = told(story, resume);
    given(again).when(said('8-analyse', 'Failed', { run: 1 })).thenNothing();
    given(again).when(said('8-analyse', 'Failed', { run: 3 })).thenNothing();
    given(again).when(said('8-analyse', 'Successful', { run: 2 })).thenTypes('VerdictReached', 'StepSucceeded');
    given(until(plan, '8-analyse')).when(said('8-analyse', 'Failed')).thenNothing();
    given(until(plan, '9-approve')).when(said('8-analyse', 'Failed')).thenNothing();
    given(during(plan, '4-bake')).when(said('8-analyse', 'Failed')).thenNothing();
  });

  test('that is Successful while a person pauses ends the step, and the pause stays', () => {
    const outcome = given(told(during(plan, '8-analyse'), pause)).when(said('8-analyse', 'Successful'));
    outcome.thenTypes('VerdictReached', 'StepSucceeded');
    expect(outcome.state.paused?.by).toBe('person');
  });

  test('that is Inconclusive while a person pauses is recorded, and the resume begins a new run', () => {
    const outcome = given(told(during(plan, '8-analyse'), pause)).when(said('8-analyse', 'Inconclusive'));
    outcome.thenTypes('VerdictReached');
    expect(outcome.state.paused?.by).toBe('person');
    given(outcome.story).when(resume).thenTypes('DeploymentResumed', 'AnalysisRestarted');
  });
});

describe('the verdict of the analysis behind all steps', () => {
  test.each<Row>([
    ['Successful', 'trigger', 'pause', null], ['Successful', 'trigger', 'rollBack', null], ['Successful', 'no trigger', 'pause', null], ['Successful', 'no trigger', 'rollBack', null],
    ...FAILED_AND_OPEN,
  ])('%s, with %s and onInconclusive %s, leads to %s', (verdict, trigger, onInconclusive, follows) => {
    const story = during(trigger === 'trigger' ? plan : careless, '4-bake');
    given(story).when(said(null, verdict, { onInconclusive })).thenTypes(...['VerdictReached' as const, follows].filter((one) => one !== null));
  });

  test('fails the step that it meets, whatever that does', () => {
    for (const story of [during(plan, '4-bake'), during(plan, '6-shift-50'), until(plan, '6-shift-50'), during(plan, '9-approve')]) {
      const present = given(story).when(said(null, 'Failed')).state;
      expect(present.ending?.cause).toBe('verdict');
      expect(present.steps.filter((one) => one.status === 'failed')).toHaveLength(1);
    }
  });

  test('sends the deployment back even when all steps are done', () => {
    const outcome = given(through(plan)).when(said(null, 'Failed'));
    expect(outcome.state.ending?.cause).toBe('verdict');
    given(outcome.story).when({ type: 'Conclude', at: at(10) }).thenNothing();
  });

  test('holds for a person also where a freeze holds: its end would be no answer', () => {
    const held = told(until(plan, '6-shift-50'), { type: 'HoldForFreeze', freeze: 'evening', until: at(600), at: at(5) });
    const outcome = given(held).when(said(null, 'Inconclusive'));
    outcome.thenTypes('VerdictReached', 'DeploymentPaused');
    given(outcome.story).when({ type: 'EndFreeze', at: at(600) }).thenNothing();
    given(outcome.story).when(resume).thenTypes('DeploymentResumed', 'AnalysisRestarted');
  });

  test('does not exist where the plan has none', () => {
    given(during(canary(), '4-bake')).when(said(null, 'Failed')).thenNothing();
  });
});

describe('no verdict', () => {
  test('counts any more once the deployment is going back or over', () => {
    const aborted = told(during(plan, '8-analyse'), { type: 'Abort', cause: 'aborted', by: ann, at: at(5) });
    const back = told(aborted, { type: 'BeginRollback', error: null, at: at(6) });
    for (const story of [aborted, back, told(done(begun(back)), { type: 'Conclude', at: at(8) })]) {
      for (const step of ['8-analyse', null]) given(story).when(said(step, 'Failed')).thenNothing();
    }
  });
});

describe('lost health', () => {
  const lost = { type: 'LoseHealth', target: 'edge-1', component: 'web', reason: 'it ended with code 1', at: at(9) } as const;
  const brave = canary({}, { rollbackTriggers: { health: false } });

  test('sends the deployment back', () => {
    const outcome = given(during(plan, '4-bake')).when(lost);
    outcome.thenEvents(
      ['HealthLost', { target: 'edge-1', component: 'web', reason: 'web lost its health on edge-1: it ended with code 1' }],
      ['StepFailed', { step: '4-bake', cause: 'health', reason: 'web lost its health on edge-1: it ended with code 1' }],
    );
    given(outcome.story).when(lost).thenNothing();
  });

  test('holds for a person where it triggers no rollback, and once for each component', () => {
    const outcome = given(during(brave, '13-verify')).when(lost);
    outcome.thenTypes('HealthLost', 'DeploymentPaused');
    expect(outcome.state.paused).toMatchObject({ by: 'analysis', reason: 'web lost its health on edge-1: it ended with code 1' });
    given(outcome.story).when(lost).thenNothing();
    given(told(outcome.story, resume)).when(lost).thenNothing();
    given(told(outcome.story, resume)).when({ ...lost, component: 'mailer' }).thenTypes('HealthLost', 'DeploymentPaused');
    given(told(during(brave, '4-bake'), pause)).when(lost).thenTypes('HealthLost');
  });

  test('is of no interest where the component was not up yet, and after the end', () => {
    given(during(plan, '1-prepare')).when(lost).thenNothing();
    given(during(plan, '4-bake')).when({ ...lost, component: 'mailer' }).thenNothing();
    given(during(plan, '4-bake')).when({ ...lost, target: 'edge-2' }).thenNothing();
    given(told(through(plan), { type: 'Conclude', at: at(8) })).when(lost).thenNothing();
    expect(stateOf(until(plan, '1-prepare')).healthLost).toEqual([]);
  });
});
