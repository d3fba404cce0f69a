import { describe, expect, test } from 'vitest';

import { ann, at, given, told } from './story.ts';
import type { Story } from './story.ts';
import { begun, canary, done, during, through, until } from './walk.ts';

const plan = canary();
const hold = { type: 'HoldForFreeze', freeze: 'year-end', until: at(600), at: at(5) } as const;
const over = { type: 'EndFreeze', at: at(600) } as const;
const pause = { type: 'Pause', by: ann, at: at(6) } as const;
const resume = { type: 'Resume', by: ann, at: at(7) } as const;
const held: Story = told(until(plan, '2-shift-10'), hold);

describe('a freeze that begins later', () => {
  test('holds before the next change of traffic, and tells until when', () => {
    const outcome = given(until(plan, '2-shift-10')).when(hold);
    outcome.thenEvents(['DeploymentPaused', { by: 'freeze', actor: null, until: at(600), reason: `held by the freeze year-end until ${at(600)}` }]);
    expect(outcome.state).toMatchObject({ name: 'Paused', paused: { by: 'freeze', until: at(600) } });
    given(held).when(hold).thenNothing();
    given(held).when({ type: 'Dispatch', step: '2-shift-10', at: at(9) }).thenNothing();
  });

  test.each(['1-prepare', '3-verify', '4-bake', '14-retire'])('does not hold before %s, which changes no traffic', (step) => {
    given(until(plan, step)).when(hold).thenNothing();
  });

  test('does not hold a step that is being carried out, nor what is going back or over', () => {
    given(during(plan, '2-shift-10')).when(hold).thenNothing();
    const aborted = told(until(plan, '2-shift-10'), { type: 'Abort', cause: 'aborted', by: ann, at: at(4) });
    given(aborted).when(hold).thenNothing();
    given(told(aborted, { type: 'BeginRollback', error: null, at: at(4) })).when(hold).thenNothing();
    given(told(through(plan), { type: 'Conclude', at: at(4) })).when(hold).thenNothing();
  });

  test('that is followed by another holds on, and says until when', () => {
    const outcome = given(held).when({ ...hold, freeze: 'inventory', until: at(900), at: at(600) });
    outcome.thenTypes('DeploymentPaused');
    expect(outcome.state.paused).toMatchObject({ by: 'freeze', until: at(900), reason: `held by the freeze inventory until ${at(900)}` });
  });

  test('lets go by its end only', () => {
    const outcome = given(held).when(over);
    outcome.thenEvents(['DeploymentResumed', { by: 'freeze', actor: null, reason: 'the freeze is over' }]);
    expect(outcome.state).toMatchObject({ name: 'Progressing', paused: null });
    given(held).when(resume).thenRefused(/held by the freeze year-end .*; a freeze is ended by its end only/, { code: 'freeze-active' });
    given(outcome.story).when(over).thenNothing();
  });

  test('is not skipped by a full promotion', () => {
    const outcome = given(held).when({ type: 'Promote', full: true, by: ann, at: at(8) });
    outcome.thenTypes('PromotedFully');
    expect(outcome.state).toMatchObject({ full: true, paused: { by: 'freeze' } });
  });

  test('gives way to a person\'s pause, and comes back after it', () => {
    const paused = told(held, pause);
    given(paused).when(over).thenNothing();
    const resumed = told(paused, resume);
    given(resumed).when(hold).thenTypes('DeploymentPaused');
  });

  test('adds nothing to a pause that is there', () => {
    given(told(until(plan, '2-shift-10'), pause)).when(hold).thenNothing();
  });

  test('does not keep anybody from an abort, and the way back passes it', () => {
    const aborted = told(held, { type: 'Abort', cause: 'aborted', by: ann, at: at(8) }, { type: 'BeginRollback', error: null, at: at(8) });
    given(aborted).when(hold).thenNothing();
    given(aborted).when({ type: 'Dispatch', step: 'restore', at: at(9) }).thenTypes('StepDispatched');
    given(done(begun(aborted))).when({ type: 'Conclude', at: at(10) }).thenTypes('DeploymentAborted');
  });
});
