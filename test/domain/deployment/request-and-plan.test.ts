import { describe, expect, test } from 'vitest';

import { foldDeployment } from '#domain/deployment/evolve';

import { ID, ann, at, given, planned, request, requested, stateOf, told } from './story.ts';
import { canary, through } from './walk.ts';

const plan = canary();
const [first, second] = [`dep-${'a'.repeat(26)}`, `dep-${'b'.repeat(26)}`];
const recordPlan = { type: 'RecordPlan', plan, stored: null, environmentVersion: 7, reason: 'canary in 14 steps', at: at(3) } as const;

describe('a request', () => {
  test('begins a deployment, once', () => {
    given([]).when({ type: 'Request', request, at: at(0) }).thenEvents(['DeploymentRequested', request]);
    given(requested).when({ type: 'Request', request, at: at(9) }).thenNothing();
    expect(stateOf(requested)).toMatchObject({ name: 'Requested', reason: 'requested', id: ID, plan: null, steps: [], createdAt: at(0) });
  });

  test('must come before anything else', () => {
    given([]).when({ type: 'Advance', at: at(0) }).thenRefused(/there is no such deployment/);
    expect(foldDeployment([], { id: ID, plans: () => plan })).toBeUndefined();
    expect(() => foldDeployment([{ type: 'PromotedFully', payload: { by: ann, reason: '' }, at: at(0) }], { id: ID, plans: () => plan })).toThrow('begins with PromotedFully');
  });
});

describe('a queued request', () => {
  test('says behind whom it waits, and again only when that changes', () => {
    const queued = given(requested).when({ type: 'Queue', behind: [first, second], at: at(1) });
    expect(queued.state).toMatchObject({ name: 'Requested', reason: `queued behind ${first}, ${second}` });
    given(queued.story).when({ type: 'Queue', behind: [first, second], at: at(2) }).thenNothing();
    given(queued.story).when({ type: 'Queue', behind: [second], at: at(2) }).thenTypes('DeploymentQueued');
  });

  test('is one no more once it is planned', () => {
    given(planned(plan)).when({ type: 'Queue', behind: [first], at: at(2) }).thenNothing();
  });
});

describe('a plan', () => {
  test('is recorded once, with the version of the environment it was made for', () => {
    const outcome = given(requested).when(recordPlan);
    outcome.thenEvents(['DeploymentPlanned', { plan, environmentVersion: 7, reason: 'canary in 14 steps' }]);
    expect(outcome.state).toMatchObject({ name: 'Planned', plan, reason: 'canary in 14 steps' });
    expect(outcome.state.steps.map((one) => one.status)).toEqual(plan.steps.map(() => 'pending'));
    given(outcome.story).when({ ...recordPlan, reason: 'another' }).thenNothing();
  });

  test('that is stored apart is known by its digest', () => {
    const [event] = told(requested, { ...recordPlan, stored: { digest: 'sha256:abc' } }).slice(1);
    expect(event).toMatchObject({ payload: { plan: { digest: 'sha256:abc' } } });
    const state = foldDeployment([...requested, ...(event === undefined ? [] : [event])], { id: ID, plans: (digest) => (digest === 'sha256:abc' ? plan : canary({}, { steps: [] })) });
    expect(state?.steps).toHaveLength(14);
  });

  test('is not recorded for a deployment that was aborted while it waited', () => {
    given(told(requested, { type: 'Abort', cause: 'aborted', by: ann, at: at(1) })).when(recordPlan).thenNothing();
  });
});

describe('the checks before', () => {
  const passed = { type: 'RecordValidation', phase: 'before', checks: [{ check: 'schema', outcome: 'passed', reason: 'fits' }, { check: 'freeze', outcome: 'skipped', reason: 'none' }], at: at(4) } as const;
  const failed = { ...passed, checks: [...passed.checks, { check: 'reachable/edge-1', outcome: 'failed', reason: 'it does not answer' }, { check: 'secrets', outcome: 'failed', reason: 'there is no secret token' }] } as const;

  test('are recorded once, each with its reason', () => {
    const outcome = given(planned(plan)).when(passed);
    outcome.thenEvents(['ValidationFinished', { phase: 'before', checks: [...passed.checks], passed: true, reason: 'of 2 checks before, 1 passed and 1 was skipped' }]);
    expect(outcome.state).toMatchObject({ validated: true, ending: null, checks: [{ phase: 'before', check: 'schema' }, { phase: 'before', check: 'freeze' }] });
    given(outcome.story).when(failed).thenNothing();
  });

  test('that fail send the deployment back, with all that failed as the reason', () => {
    const reason = 'reachable/edge-1: it does not answer; secrets: there is no secret token';
    const outcome = given(planned(plan)).when(failed);
    outcome.thenEvents(['ValidationFinished', { phase: 'before', checks: [...failed.checks], passed: false, reason }]);
    expect(outcome.state.ending).toEqual({ cause: 'failure', reason });
  });

  test('that fail after an abort change nothing about why it ends', () => {
    const aborted = told(planned(plan), { type: 'Abort', cause: 'aborted', by: ann, at: at(1) });
    expect(given(aborted).when(failed).state.ending).toEqual({ cause: 'aborted', reason: 'aborted by ann' });
  });
});

describe('the checks after', () => {
  const after = { type: 'RecordValidation', phase: 'after', checks: [{ check: 'health', outcome: 'passed', reason: 'verified' }], at: at(9) } as const;

  test('are recorded once, beside those before', () => {
    const outcome = given(through(plan)).when(after);
    outcome.thenTypes('ValidationFinished');
    expect(outcome.state.checks).toMatchObject([{ phase: 'after', check: 'health' }]);
    given(outcome.story).when(after).thenNothing();
  });

  test('that fail send the deployment back, from the very end', () => {
    const outcome = given(through(plan)).when({ ...after, checks: [{ check: 'smoke', outcome: 'failed', reason: 'it answers 500' }] });
    expect(outcome.state.ending).toEqual({ cause: 'failure', reason: 'smoke: it answers 500' });
    given(outcome.story).when({ type: 'Conclude', at: at(10) }).thenNothing();
  });

  test('are of no interest after the end', () => {
    given(told(through(plan), { type: 'Conclude', at: at(8) })).when(after).thenNothing();
  });
});
