import { describe, expect, test } from 'vitest';

import { stepOf } from '#domain/deployment/state';

import { ann, at, bob, cem, given, told } from './story.ts';
import { canary, during, until } from './walk.ts';

const plan = canary();
const waiting = during(plan, '9-approve');
const approve = { type: 'Approve', by: ann, at: at(5) } as const;
const deny = { type: 'Deny', by: bob, at: at(6) } as const;

describe('an approval', () => {
  test('is counted until as many people have given one as are needed', () => {
    const first = given(waiting).when({ ...approve, step: '9-approve', comment: 'tested' });
    first.thenEvents(['ApprovalGiven', { step: '9-approve', by: ann, approvals: 1, required: 2, reason: 'approved (1 of 2) by ann: tested' }]);
    expect(stepOf(first.state, '9-approve')?.status).toBe('running');
    const second = given(first.story).when({ ...approve, by: bob });
    second.thenEvents(
      ['ApprovalGiven', { step: '9-approve', by: bob, approvals: 2, required: 2, reason: 'approved (2 of 2) by bob' }],
      ['StepSucceeded', { step: '9-approve', reason: 'approved (2 of 2) by bob' }],
    );
    expect(second.state.approvals).toMatchObject([{ step: '9-approve', by: ann, at: at(5) }, { by: bob }]);
  });

  test('is taken from each person once', () => {
    given(told(waiting, approve)).when(approve).thenRefused(/ann has approved 9-approve before; each approval needs another person/);
    given(told(waiting, approve)).when({ ...approve, by: { id: ann.id, name: 'ann under another name' } }).thenRefused(/needs another person/);
  });

  test('counts at the gate it was given for only', () => {
    const twice = canary({}, { steps: [{ approval: { required: 1, timeoutSeconds: 60 } }, { approval: { required: 1, timeoutSeconds: 60 } }] });
    given(during(twice, '3-approve')).when({ ...approve, by: ann }).thenTypes('ApprovalGiven', 'StepSucceeded');
  });

  test('is taken while the deployment is paused', () => {
    given(told(waiting, { type: 'Pause', by: cem, at: at(4) })).when(approve).thenTypes('ApprovalGiven');
  });

  test('is refused where nothing waits for one', () => {
    given(until(plan, '9-approve')).when(approve).thenRefused(/the step 9-approve does not wait for an approval/);
    given(during(plan, '4-bake')).when(approve).thenRefused(/the step 4-bake does not wait for an approval/);
    given(waiting).when({ ...approve, step: '4-bake' }).thenRefused(/the step 4-bake is not the present one; that is 9-approve/);
    given(waiting).when({ ...approve, step: 'none' }).thenRefused(/no step "none"/, { kind: 'invalid', code: 'rule-broken' });
    given(told(waiting, deny)).when(approve).thenRefused(/is going back \(denied by bob\)/);
  });
});

describe('a denial', () => {
  test('is an abort with its reason, also of one who approved, and at once', () => {
    const outcome = given(told(waiting, approve)).when({ ...deny, comment: 'the price list is wrong' });
    outcome.thenEvents(['ApprovalDenied', { step: '9-approve', by: bob, reason: 'denied by bob: the price list is wrong' }]);
    expect(outcome.state.ending).toEqual({ cause: 'denied', reason: 'denied by bob: the price list is wrong' });
    given(told(waiting, approve)).when({ ...deny, by: ann }).thenTypes('ApprovalDenied');
  });

  test('is refused where nothing waits for an answer', () => {
    given(during(plan, '8-analyse')).when(deny).thenRefused(/does not wait for an approval/);
    given(waiting).when({ ...deny, step: '10-promote' }).thenRefused(/not the present one/);
    given(told(waiting, deny)).when(deny).thenRefused(/is going back/);
  });

  test('comes too late after the last approval', () => {
    given(told(waiting, approve, { ...approve, by: cem })).when(deny).thenRefused(/10-promote does not wait for an approval/);
  });
});
