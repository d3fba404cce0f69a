import fc from 'fast-check';

import type { DeploymentCommand } from '#domain/deployment/command';
import { isDispatched } from '#domain/deployment/plan';
import type { Plan } from '#domain/deployment/plan';
import { currentStep } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

import { ID, ann, at, bob, cem, request, sluice } from './story.ts';

/** What to ask next, made a command when it is known how far the deployment is. */
export type Pick = { readonly kind: number; readonly which: number; readonly flag: boolean };

/** Of 1000 commands, so many do what a machine, its targets and its people would do next; the others are whatever comes. */
const HELPFUL = 850;

/** A long series of things to ask. */
export const anyPicks: fc.Arbitrary<readonly Pick[]> = fc.noBias(fc.array(fc.record({ kind: fc.integer({ min: 0, max: 999 }), which: fc.nat(999), flag: fc.boolean() }), { minLength: 20, maxLength: 200, size: 'max' }));

const people = [ann, bob, cem, sluice];
const verdicts = ['Successful', 'Failed', 'Inconclusive', 'Error'] as const;

/** The command that a pick stands for, so many seconds after the story began. */
export function commandFor(state: DeploymentState | undefined, plan: Plan, pick: Pick, seconds: number): DeploymentCommand {
  const next = state === undefined || pick.kind >= HELPFUL ? undefined : helpful(state, pick, seconds);
  return next ?? whatever(state, plan, pick, seconds);
}

function helpful(state: DeploymentState, { which, flag }: Pick, seconds: number): DeploymentCommand {
  const now = { at: at(seconds) };
  const by = people[which % people.length] ?? ann;
  const current = currentStep(state);
  if (state.paused !== null && flag) return state.paused.by === 'freeze' ? { type: 'EndFreeze', ...now } : { type: 'Resume', by, ...now };
  if (state.ending !== null && state.rollback === null) return { type: 'BeginRollback', error: null, ...now };
  if (current === undefined) return state.cleanupAt === null ? { type: 'Conclude', ...now } : { type: 'Dispatch', step: 'cleanup', ...now };
  const { step } = current;
  if (current.status !== 'running') return isDispatched(step) ? { type: 'Dispatch', step: step.id, ...now } : { type: 'StartWait', step: step.id, ...now };
  switch (step.kind) {
    case 'bake': return { type: 'EndWait', step: step.id, ...now };
    case 'pause': return flag ? { type: 'EndWait', step: step.id, ...now } : { type: 'Promote', full: false, step: step.id, by, ...now };
    case 'approve': return { type: 'Approve', step: step.id, by, ...now };
    case 'analyse': return { type: 'RecordVerdict', step: step.id, run: state.runs[step.id] ?? 1, verdict: which % 20 === 0 ? 'Inconclusive' : 'Successful', reason: 'so it is', onInconclusive: 'pause', ...now };
    default: return { type: 'Report', command: current.commands.find((one) => one.status === 'running')?.id ?? 'none', outcome: which % 50 === 0 ? 'failed' : 'succeeded', reason: 'so it is', ...now };
  }
}

function whatever(state: DeploymentState | undefined, plan: Plan, { which, flag }: Pick, seconds: number): DeploymentCommand {
  const now = { at: at(seconds) };
  const by = people[which % people.length] ?? ann;
  const step = (flag && state !== undefined ? currentStep(state)?.step.id : state?.steps[which % Math.max(1, state.steps.length)]?.step.id) ?? 'none';
  const sent = state?.steps.flatMap((one) => one.commands) ?? [];
  const command = sent[which % Math.max(1, sent.length)]?.id ?? 'none';
  const verdict = verdicts[which % 4] ?? 'Error';
  const [target, component] = [plan.targets[which % plan.targets.length]?.name ?? '', plan.components[which % plan.components.length]?.name ?? ''];
  const all: readonly DeploymentCommand[] = [
    { type: 'Request', request, ...now }, { type: 'Queue', behind: [ID], ...now }, { type: 'RecordPlan', plan, stored: null, environmentVersion: 1, reason: 'planned', ...now },
    { type: 'RecordValidation', phase: flag ? 'before' : 'after', checks: [{ check: 'schema', outcome: which % 9 === 0 ? 'failed' : 'passed', reason: 'so it is' }], ...now },
    { type: 'Dispatch', step, ...now }, { type: 'StartWait', step, ...now }, { type: 'EndWait', step, ...now }, { type: 'Advance', ...now }, { type: 'Advance', ...now },
    { type: 'Report', command, outcome: flag ? 'succeeded' : 'failed', reason: 'so it is', ...now },
    { type: 'RecordVerdict', step: flag ? step : null, run: 1 + (which % 3), verdict, reason: 'so it is', onInconclusive: which % 7 === 0 ? 'rollBack' : 'pause', ...now },
    { type: 'LoseHealth', target, component, reason: 'it ended', ...now }, { type: 'Pause', by, ...now }, { type: 'Resume', by, ...now },
    { type: 'Promote', full: flag, step, by, ...now }, { type: 'Deny', step, by, ...now }, { type: 'Abort', cause: flag ? 'aborted' : 'superseded', by, ...now }, { type: 'Abandon', by, ...now },
    { type: 'HoldForFreeze', freeze: 'evening', until: at(seconds + 60), ...now }, { type: 'EndFreeze', ...now },
    { type: 'BeginRollback', error: flag ? 'States.Timeout' : null, ...now }, { type: 'Conclude', ...now }, { type: 'FinishCleanup', outcome: 'takenOver', reason: 'taken over', ...now },
  ];
  return all[which % all.length] ?? { type: 'Advance', ...now };
}
