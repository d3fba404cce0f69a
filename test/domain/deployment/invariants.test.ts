import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { answerTo, gateOf, nextOf } from '#domain/deployment/answers';
import type { DeploymentCommand } from '#domain/deployment/command';
import { decide } from '#domain/deployment/decide';
import { deploymentEventPayloads } from '#domain/deployment/events';
import type { DeploymentEvent } from '#domain/deployment/events';
import { foldDeployment } from '#domain/deployment/evolve';
import { currentStep, isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

import { anyAsked } from '../planning/arbitrary-plans.ts';
import { planOf } from '../planning/planned.ts';
import { anyPicks, commandFor } from './random-commands.ts';
import { ID, at, request } from './story.ts';
import type { Story } from './story.ts';

type Moment = { readonly before: DeploymentState | undefined; readonly command: DeploymentCommand; readonly events: Story; readonly after: DeploymentState | undefined; readonly story: Story };

/** Plays random commands against a random plan, and shows every moment to a rule. */
function always(rule: (moment: Moment) => void): void {
  fc.assert(fc.property(anyAsked, anyPicks, (asked, picks) => {
    const plan = planOf(asked);
    let story: Story = [];
    const opening: readonly DeploymentCommand[] = [{ type: 'Request', request, at: at(0) }, { type: 'RecordPlan', plan, stored: null, environmentVersion: 1, reason: 'planned', at: at(0) }];
    for (const [index, pick] of [...opening, ...picks].entries()) {
      const before = foldOf(story);
      const command = 'type' in pick ? pick : commandFor(before, plan, pick, index * 30);
      const decision = decide(before, command);
      const events = decision.accepted ? decision.events : [];
      story = [...story, ...events];
      rule({ before, command, events, after: foldOf(story), story });
    }
  }), { numRuns: 50 });
}

function foldOf(story: Story): DeploymentState | undefined {
  return foldDeployment(story, { id: ID, plans: () => {
    throw new Error('no plan is stored apart');
  } });
}

const is = (events: Story, ...types: readonly DeploymentEvent['type'][]) => events.some((event) => types.includes(event.type));

describe('whatever is asked of a deployment', () => {
  test('every event fits its schema, and the fold takes it', () => {
    always(({ events, before, after, command }) => {
      for (const event of events) expect(deploymentEventPayloads[event.type].parse(event.payload)).toEqual(event.payload);
      expect(events.every((event) => event.at === command.at)).toBe(true);
      // When decide says nothing, nothing changes.
      expect(events.length > 0 || JSON.stringify(before) === JSON.stringify(after)).toBe(true);
    });
  });

  test('the same events give the same state, and the same question the same answer', () => {
    always(({ before, command, story, after }) => {
      expect(JSON.stringify(decide(before, command))).toBe(JSON.stringify(decide(before, command)));
      expect(JSON.stringify(foldOf(story))).toBe(JSON.stringify(after));
    });
  });

  test('a final state is final, and only its clean-up follows', () => {
    always(({ before, events, after }) => {
      const wasOver = before !== undefined && isTerminal(before);
      const kept = (state: DeploymentState | undefined) => JSON.stringify([state?.name, state?.reason, state?.weightPercent, state?.ending, state?.paused]);
      const allowed = events.every((event) => ['StepDispatched', 'CommandReported', 'StepSucceeded', 'CleanupFinished'].includes(event.type));
      expect(!wasOver || (allowed && kept(before) === kept(after))).toBe(true);
    });
  });

  test('nothing goes forward once the rollback has begun', () => {
    always(({ before, events }) => {
      const forward = new Set(before?.steps.filter((one) => one.phase === 'forward').map((one) => one.step.id));
      const moved = events.filter((event) => 'step' in event.payload && typeof event.payload.step === 'string' && forward.has(event.payload.step));
      expect(before !== undefined && before.rollback !== null ? moved : []).toEqual([]);
    });
  });

  test('no traffic is changed while the deployment is paused or going to end', () => {
    always(({ before, events }) => {
      const dispatched = events.flatMap((event) => (event.type === 'StepDispatched' ? [event.payload.step] : []));
      const changing = before?.steps.filter((one) => one.phase === 'forward' && dispatched.includes(one.step.id) && 'changesTraffic' in one.step && one.step.changesTraffic) ?? [];
      expect(before !== undefined && (before.paused !== null || before.ending !== null) ? changing : []).toEqual([]);
    });
  });

  test('at most one step goes on at a time, and the traffic is a share', () => {
    always(({ after }) => {
      expect(after?.steps.filter((one) => one.status === 'running').length ?? 0).toBeLessThanOrEqual(1);
      for (const weight of Object.values(after?.weightPercent ?? {})) expect(weight >= 0 && weight <= 100).toBe(true);
    });
  });

  test('what ends it first is what ended it', () => {
    always(({ before, after }) => {
      expect(before === undefined || before.ending === null ? after?.ending : before.ending).toEqual(after?.ending);
      expect(before === undefined || before.rollback === null ? after?.rollback : before.rollback).toEqual(after?.rollback);
    });
  });

  test('it ends one way only, and well only with everything done', () => {
    always(({ before, after, events, story }) => {
      expect(story.filter((event) => ['DeploymentSucceeded', 'DeploymentFailed', 'DeploymentRolledBack', 'DeploymentAborted'].includes(event.type)).length).toBeLessThanOrEqual(1);
      expect(!is(events, 'DeploymentSucceeded') || (after?.ending === null && after.rollback === null && currentStep(after) === undefined)).toBe(true);
      expect(!is(events, 'DeploymentRolledBack') || (before !== undefined && currentStep(before) === undefined)).toBe(true);
    });
  });

  test('what was done is not done again by the same command at the same moment', () => {
    const repeatable: readonly DeploymentCommand['type'][] = ['Advance', 'Promote', 'Approve', 'Deny'];
    always(({ command, after, events }) => {
      const again = events.length === 0 || repeatable.includes(command.type) ? undefined : decide(after, command);
      expect(again === undefined || !again.accepted ? [] : again.events).toEqual([]);
    });
  });

  test('it is paused exactly when its state says so', () => {
    always(({ after }) => {
      expect(after === undefined || (after.name === 'Paused') === (after.paused !== null)).toBe(true);
      expect(after === undefined || isTerminal(after) || (after.name === 'RollingBack') === (after.rollback !== null)).toBe(true);
    });
  });

  test('its machine always knows what comes next, and is never answered without a reason', () => {
    always(({ after }) => {
      if (after === undefined || after.plan === null) return;
      const next = nextOf(after);
      expect(next.timeoutSeconds).toBeGreaterThanOrEqual(1);
      for (const wait of after.steps.flatMap((one) => [one.step.id, gateOf(one.step.id)])) expect(answerTo(after, wait)?.reason).not.toBe('');
    });
  });
});
