import { describe, expect, test } from 'vitest';

import { LONGEST_WAIT_SECONDS, answerTo, gateOf, nextOf } from '#domain/deployment/answers';
import type { Answer } from '#domain/deployment/answers';

import { ann, at, bob, planned, stateOf, told } from './story.ts';
import type { Story } from './story.ts';
import { begun, canary, done, during, reports, restored, through, until } from './walk.ts';

const plan = canary();
const pause = { type: 'Pause', by: ann, at: at(5) } as const;
const abort = { type: 'Abort', cause: 'aborted', by: ann, at: at(6) } as const;
const begin = { type: 'BeginRollback', error: null, at: at(7) } as const;
const abandon = { type: 'Abandon', by: bob, at: at(8) } as const;
const conclude = { type: 'Conclude', at: at(9) } as const;
const backwards = told(during(plan, '6-shift-50'), abort, begin);
const unanswered = told(begun(backwards), { type: 'Advance', at: at(8) });
const promoted = told(during(plan, '4-bake'), { type: 'Promote', full: false, by: ann, at: at(5) });

function failed(story: Story, step: string): Story {
  return told(story, ...reports(story, step, 'failed').slice(0, 1));
}

describe('the answer to a wait', () => {
  test.each<readonly [string, Story, string, Answer['outcome'] | undefined]>([
    ['of a step that goes on is none', during(plan, '2-shift-10'), '2-shift-10', undefined],
    ['of a bake that goes on is none', during(plan, '4-bake'), '4-bake', undefined],
    ['of a bake that goes on while a person pauses is none', told(during(plan, '4-bake'), pause), '4-bake', undefined],
    ['of an analysis without an answer is none', told(during(plan, '8-analyse'), { type: 'RecordVerdict', step: '8-analyse', run: 1, verdict: 'Inconclusive', reason: '', onInconclusive: 'pause', at: at(5) }), '8-analyse', undefined],
    ['of a step that succeeded is to go on', until(plan, '3-verify'), '2-shift-10', 'continue'],
    ['of a step that was skipped is to go on', promoted, '4-bake', 'continue'],
    ['of a step that failed is to go back', failed(during(plan, '2-shift-10'), '2-shift-10'), '2-shift-10', 'rollBack'],
    ['of a step that a pause kept from its dispatch is to go through the gate again', told(until(plan, '2-shift-10'), pause), '2-shift-10', 'hold'],
    ['of a step that was kept from its dispatch by a pause which is over is the same', until(plan, '2-shift-10'), '2-shift-10', 'hold'],
    ['at a gate that nothing holds is to go on', until(plan, '2-shift-10'), gateOf('2-shift-10'), 'continue'],
    ['at a gate that a pause holds is none', told(until(plan, '2-shift-10'), pause), gateOf('2-shift-10'), undefined],
    ['at a gate after an abort is to go back, pause or not', told(until(plan, '2-shift-10'), pause, abort), gateOf('2-shift-10'), 'rollBack'],
    ['of a step that goes on after an abort is to go back', told(during(plan, '2-shift-10'), abort), '2-shift-10', 'rollBack'],
    ['of a forward step on the way back is to go back', backwards, '6-shift-50', 'rollBack'],
    ['of what is no step is to go back', planned(plan), '99-shift', 'rollBack'],
    ['of a restoring step that goes on is none', begun(backwards), 'restore', undefined],
    ['of a restoring step that failed is to repeat it', failed(begun(backwards), 'restore'), 'restore', 'retry'],
    ['of a restoring step without a report in time is to repeat it', unanswered, 'restore', 'retry'],
    ['of a restoring step that succeeded is to go on', done(begun(backwards)), 'restore', 'continue'],
    ['of a restoring step of an abandoned deployment is to conclude', told(begun(backwards), abandon), 'restore', 'conclude'],
    ['of anything after the end is to conclude', told(through(plan), conclude), '2-shift-10', 'conclude'],
    ['at any gate after the end is to conclude', told(restored(backwards), conclude), gateOf('2-shift-10'), 'conclude'],
  ])('%s', (_, story, wait, outcome) => {
    const answer = answerTo(stateOf(story), wait);
    expect(answer?.outcome).toBe(outcome);
    expect(answer?.reason).not.toBe('');
  });
});

describe('what comes next', () => {
  test.each<readonly [string, Story, { readonly kind: string; readonly step: string; readonly timeoutSeconds?: number }]>([
    ['is the first step of a plan', planned(plan), { kind: 'prepare', step: '1-prepare', timeoutSeconds: 600 }],
    ['is the step that goes on, after a crash', during(plan, '2-shift-10'), { kind: 'shift', step: '2-shift-10', timeoutSeconds: 600 }],
    ['is a bake, with time for its timer', until(plan, '4-bake'), { kind: 'bake', step: '4-bake', timeoutSeconds: 60 + 300 }],
    ['is a pause for as long as it takes', until(plan, '5-pause'), { kind: 'pause', step: '5-pause', timeoutSeconds: LONGEST_WAIT_SECONDS }],
    ['is an analysis until its verdict', until(plan, '8-analyse'), { kind: 'analyse', step: '8-analyse', timeoutSeconds: LONGEST_WAIT_SECONDS }],
    ['is an approval until its timer', until(plan, '9-approve'), { kind: 'approve', step: '9-approve', timeoutSeconds: LONGEST_WAIT_SECONDS }],
    ['is the end when no step is left', through(plan), { kind: 'conclude', step: '' }],
    ['is the way back after an abort', told(during(plan, '4-bake'), abort), { kind: 'rollBack', step: '' }],
    ['is the way back after an abort of the last moment', told(through(plan), abort), { kind: 'rollBack', step: '' }],
    ['is to restore, on the way back', backwards, { kind: 'restore', step: 'restore', timeoutSeconds: 600 }],
    ['is to restore again, after a failure', unanswered, { kind: 'restore', step: 'restore', timeoutSeconds: 600 }],
    ['is the end when all is restored', restored(backwards), { kind: 'conclude', step: '' }],
    ['is the end of an abandoned deployment, whatever is left', told(backwards, abandon), { kind: 'conclude', step: '' }],
    ['is the end after the end', told(through(plan), conclude), { kind: 'conclude', step: '' }],
  ])('%s', (_, story, expected) => {
    expect(nextOf(stateOf(story))).toMatchObject(expected);
    expect(nextOf(stateOf(story)).timeoutSeconds).toBeGreaterThanOrEqual(1);
  });

  test('has no deadline where that is no trigger, but for the way back', () => {
    const patient = canary({}, { rollbackTriggers: { deadline: false } });
    expect(nextOf(stateOf(until(patient, '2-shift-10'))).timeoutSeconds).toBe(LONGEST_WAIT_SECONDS);
    expect(nextOf(stateOf(told(until(patient, '2-shift-10'), abort, begin))).timeoutSeconds).toBe(600);
  });
});
