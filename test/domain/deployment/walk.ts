import type { DeploymentCommand } from '#domain/deployment/command';
import { MAXIMUM_PLAN_STEPS, isDispatched } from '#domain/deployment/plan';
import type { Plan } from '#domain/deployment/plan';
import { currentStep, stepOf } from '#domain/deployment/state';
import type { StepProgress } from '#domain/deployment/state';

import { changed, mailer, planOf, web } from '../planning/planned.ts';
import type { Asked } from '../planning/planned.ts';
import { ann, at, bob, cem, planned, stateOf, told } from './story.ts';
import type { Story } from './story.ts';

const shop = [web, mailer];

/**
 * A canary of a service and a worker, on a target where the old release serves:
 * 1-prepare, 2-shift-10, 3-verify, 4-bake, 5-pause, 6-shift-50, 7-verify, 8-analyse, 9-approve (2 people), 10-promote, 11-verify,
 * 12-workers, 13-verify, 14-retire.
 */
export function canary(asked: Partial<Asked> = {}, more: object = {}): Plan {
  const steps = [{ weightPercent: 10 }, { bakeSeconds: 60 }, { pause: {} }, { weightPercent: 50 }, { analysis: { template: 'errors' } }, { approval: { required: 2, timeoutSeconds: 3600 } }];
  return planOf({ strategy: { type: 'canary', steps, ...more }, next: changed(shop), stable: { 'edge-1': shop }, ...asked });
}

/** Up to a step of the plan, which is the present one and not begun. */
export function until(plan: Plan, step: string): Story {
  return onwards(planned(plan), (current) => current?.step.id === step);
}

/** Up to a step of the plan, which has begun. */
export function during(plan: Plan, step: string): Story {
  return begun(until(plan, step));
}

/** All steps of the plan, with its end to come. */
export function through(plan: Plan): Story {
  return onwards(planned(plan), (current) => current === undefined);
}

/** All restoring steps, with its end to come. */
export function restored(story: Story): Story {
  return onwards(story, (current) => current === undefined);
}

/** Begins the present step: dispatches it, or starts its wait. */
export function begun(story: Story): Story {
  const current = currentStep(stateOf(story));
  if (current === undefined) throw new Error('no step is left to begin');
  const type = isDispatched(current.step) ? 'Dispatch' as const : 'StartWait' as const;
  return told(story, { type, step: current.step.id, at: at(0) });
}

/** Reports of all commands of a step. */
export function reports(story: Story, step: string, outcome: 'succeeded' | 'failed' = 'succeeded'): readonly DeploymentCommand[] {
  const commands = stepOf(stateOf(story), step)?.commands ?? [];
  if (commands.length === 0) throw new Error(`${step} has no commands`);
  return commands.map((one) => ({ type: 'Report', command: one.id, outcome, reason: outcome === 'succeeded' ? 'ready' : 'it does not start', at: at(1) }));
}

/** Ends the step that has begun, and well. */
export function done(story: Story): Story {
  const current = currentStep(stateOf(story));
  if (current === undefined) throw new Error('no step is left to end');
  return told(story, ...goodEnd(story, current));
}

function onwards(story: Story, isReached: (current: StepProgress | undefined) => boolean): Story {
  let now = story;
  for (let step = 0; step <= MAXIMUM_PLAN_STEPS; step += 1) {
    const current = currentStep(stateOf(now));
    if (isReached(current)) return now;
    if (current === undefined) break;
    now = done(begun(now));
  }
  throw new Error('the plan has no such step, or it cannot be reached');
}

function goodEnd(story: Story, { step, until: end }: StepProgress): readonly DeploymentCommand[] {
  switch (step.kind) {
    case 'bake': return [{ type: 'EndWait', step: step.id, at: end ?? at(0) }];
    case 'pause': return [{ type: 'Promote', full: false, step: step.id, by: ann, at: at(1) }];
    case 'analyse': return [{ type: 'RecordVerdict', step: step.id, run: 1, verdict: 'Successful', reason: 'all is well', onInconclusive: 'pause', at: at(1) }];
    case 'approve': return [ann, bob, cem].slice(0, step.approval.required).map((by) => ({ type: 'Approve', step: step.id, by, at: at(1) }));
    default: return reports(story, step.id);
  }
}
