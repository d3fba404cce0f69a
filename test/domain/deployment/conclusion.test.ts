import { describe, expect, test } from 'vitest';

import type { DeploymentCommand } from '#domain/deployment/command';
import type { RollbackCause } from '#domain/deployment/events';

import { changed, web } from '../planning/planned.ts';
import { ann, at, bob, given, planned, requested, stateOf, told } from './story.ts';
import type { Story } from './story.ts';
import { begun, canary, during, reports, restored, through, until } from './walk.ts';

const conclude = { type: 'Conclude', at: at(100) } as const;
const begin = { type: 'BeginRollback', error: null, at: at(50) } as const;
const approvals = { required: 1, timeoutSeconds: 60 };

/** What ends a deployment for each cause; the story is one in which it can. */
const ENDINGS: { readonly [Cause in Exclude<RollbackCause, 'failure'>]: DeploymentCommand } = {
  verdict: { type: 'RecordVerdict', step: null, run: 1, verdict: 'Failed', reason: 'errors: 5 is > 2', onInconclusive: 'pause', at: at(40) },
  health: { type: 'LoseHealth', target: 'edge-1', component: 'web', reason: 'it ended', at: at(40) },
  deadline: { ...begin, error: 'States.Timeout' },
  denied: { type: 'Deny', by: bob, at: at(40) },
  aborted: { type: 'Abort', cause: 'aborted', by: ann, at: at(40) },
  superseded: { type: 'Abort', cause: 'superseded', by: { id: 'dep-b', name: 'dep-b' }, at: at(40) },
};

const failedChecks: DeploymentCommand = { type: 'RecordValidation', phase: 'before', checks: [{ check: 'freeze', outcome: 'failed', reason: 'the freeze year-end holds' }], at: at(40) };

/** A canary with a gate before everything and one in the middle, where something serves; or its first deployment. */
function planFor(stable: boolean) {
  return canary({ approvals, next: changed([web]), stable: stable ? { 'edge-1': [web] } : {} }, { analysis: { template: 'errors' }, steps: [{ weightPercent: 10 }, { approval: approvals }] });
}

/** A deployment at a gate before anything was touched; or after something was. */
function before(cause: RollbackCause, touched: boolean, stable: boolean): Story {
  const plan = planFor(stable);
  if (!touched) return during(plan, '1-approve');
  if (stable) return during(plan, cause === 'failure' ? '3-shift-10' : '5-approve');
  return cause === 'failure' ? during(plan, '2-promote') : during(plan, '3-verify');
}

function endedBy(cause: RollbackCause, touched: boolean, stable: boolean): Story {
  const story = before(cause, touched, stable);
  if (cause !== 'failure') return restored(told(story, ENDINGS[cause], begin));
  const [report] = touched ? reports(story, stable ? '3-shift-10' : '2-promote', 'failed') : [failedChecks];
  return restored(told(story, ...(report === undefined ? [] : [report]), begin));
}

describe('the end of a deployment that went back', () => {
  test.each<readonly [RollbackCause, boolean, boolean, 'Failed' | 'RolledBack' | 'Aborted']>([
    ['failure', true, true, 'RolledBack'], ['failure', true, false, 'Failed'], ['failure', false, true, 'Failed'], ['failure', false, false, 'Failed'],
    ['verdict', true, true, 'RolledBack'], ['verdict', true, false, 'Failed'], ['verdict', false, true, 'Failed'], ['verdict', false, false, 'Failed'],
    ['health', true, true, 'RolledBack'], ['health', true, false, 'Failed'],
    ['deadline', true, true, 'RolledBack'], ['deadline', true, false, 'Failed'], ['deadline', false, true, 'Failed'], ['deadline', false, false, 'Failed'],
    ['denied', true, true, 'Aborted'], ['denied', false, true, 'Aborted'], ['denied', false, false, 'Aborted'],
    ['aborted', true, true, 'Aborted'], ['aborted', true, false, 'Aborted'], ['aborted', false, true, 'Aborted'], ['aborted', false, false, 'Aborted'],
    ['superseded', true, true, 'Aborted'], ['superseded', true, false, 'Aborted'], ['superseded', false, true, 'Aborted'], ['superseded', false, false, 'Aborted'],
  ])('by %s, something touched: %s, a stable release: %s, is %s', (cause, touched, stable, expected) => {
    const story = endedBy(cause, touched, stable);
    expect(stateOf(story).rollback?.cause).toBe(cause);
    const outcome = given(story).when(conclude);
    outcome.thenTypes(`Deployment${expected}`);
    expect(outcome.state).toMatchObject({ name: expected, paused: null });
    expect(outcome.state.reason).not.toBe('');
    given(outcome.story).when(conclude).thenNothing();
  });

  test('tells in its reason why, and what became of the traffic', () => {
    const reasonOf = (cause: RollbackCause, touched: boolean, stable: boolean) => given(endedBy(cause, touched, stable)).when(conclude).state.reason;
    expect(reasonOf('verdict', true, true)).toBe('errors: 5 is > 2');
    expect(reasonOf('verdict', true, false)).toBe('errors: 5 is > 2; there was no stable release to return to');
    expect(reasonOf('failure', false, true)).toBe('freeze: the freeze year-end holds; nothing was changed');
    expect(reasonOf('denied', true, true)).toBe('denied by bob');
  });

  test('waits until everything is restored: until then the traffic is unsettled', () => {
    for (const cause of ['failure', 'aborted'] as const) {
      const state = told(before(cause, true, true), ENDINGS.aborted, begin);
      given(state).when(conclude).thenRefused(/the stable release is not restored yet/);
      given(begun(state)).when(conclude).thenRefused(/not restored yet/);
    }
  });
});

describe('the end of an abandoned deployment', () => {
  const abandon = { type: 'Abandon', by: bob, comment: 'the machine is gone', at: at(60) } as const;

  test.each(['aborted', 'verdict'] as const)('is Failed whatever made it go back (%s), with who gave it up', (cause) => {
    const outcome = given(told(before(cause, true, true), ENDINGS[cause], begin, abandon)).when(conclude);
    outcome.thenEvents(['DeploymentFailed', { reason: 'abandoned by bob: the machine is gone' }]);
    expect(outcome.state.name).toBe('Failed');
  });

  test('is what it would have been where all was restored in the meantime', () => {
    const restoredStory = restored(told(before('aborted', true, true), ENDINGS.aborted, begin));
    given(told(restoredStory, abandon)).when(conclude).thenTypes('DeploymentAborted');
  });
});

describe('a success', () => {
  const plan = planFor(true);

  test('is when all steps are done', () => {
    const outcome = given(through(plan)).when(conclude);
    outcome.thenEvents(['DeploymentSucceeded', { reason: 'all traffic is on 2.0.0', cleanupAt: null }]);
    expect(outcome.state).toMatchObject({ name: 'Succeeded', weightPercent: { 'edge-1': 100 } });
    given(outcome.story).when(conclude).thenNothing();
  });

  test('of nothing to do is one as well', () => {
    const nothing = canary({ next: [web], stable: { 'edge-1': [web] } });
    const outcome = given(planned(nothing)).when(conclude);
    outcome.thenTypes('DeploymentSucceeded');
    expect(outcome.state.weightPercent).toEqual(Object.fromEntries(nothing.targets.map((one) => [one.name, 100])));
  });

  test('ends a pause that held nothing any more', () => {
    const paused = told(through(plan), { type: 'Pause', by: ann, at: at(90) });
    expect(given(paused).when(conclude).state).toMatchObject({ name: 'Succeeded', paused: null });
  });

  test('is refused while steps are left, or before there is a plan', () => {
    given(until(plan, '7-verify')).when(conclude).thenRefused(/has steps left/);
    given(requested).when(conclude).thenRefused(/has steps left/);
  });

  test('does not come before an abort of the last moment', () => {
    given(told(through(plan), ENDINGS.aborted)).when(conclude).thenNothing();
  });
});
