import { commandsOf } from '#domain/deployment/decide-steps';
import { MAXIMUM_DISPATCH_BYTES, MAXIMUM_PLAN_STEPS, isDispatched } from '#domain/deployment/plan';
import type { ChangeStep, Plan, PlannedComponent } from '#domain/deployment/plan';
import { planBlueGreen } from '#domain/planning/blue-green';
import { planCanary } from '#domain/planning/canary';
import { plannedComponents } from '#domain/planning/components';
import type { PlanInput, PlanProblem } from '#domain/planning/plan-input';
import { planRecreate } from '#domain/planning/recreate';
import { restoreSteps } from '#domain/planning/restore';
import { planRolling } from '#domain/planning/rolling';
import { numbered, retire, straight, waveOf } from '#domain/planning/step-builder';
import type { ChangeDraft, Draft, Wave } from '#domain/planning/step-builder';
import { templatesOf, triggersOf } from '#domain/planning/strategy';
import type { Strategy } from '#domain/resources/strategy';

/** Stands for a deployment's id, of which all have one length. */
const LONGEST_ID = `dep-${'0'.repeat(26)}`;

/**
 * Plans a deployment: a list of steps, each naming its targets. A first deployment of a wave, and a return to an earlier release, go
 * straight to all traffic. Problems: a strategy that names an unknown template, a plan of more than 100 steps, or a step too large for
 * its event.
 */
export function planDeployment(input: PlanInput): { readonly plan: Plan } | { readonly problems: readonly PlanProblem[] } {
  const { strategy } = input;
  const missing = (input.isRollback ? [] : templatesOf(strategy)).filter((name) => input.templates[name] === undefined);
  if (missing.length > 0) return { problems: missing.map((value) => ({ field: 'strategy', rule: 'must name analysis templates that exist', value })) };
  const components = plannedComponents(input.new, input.targets.map((target) => input.stable[target.name]));
  const waves = input.isRollback ? [waveOf(input, strategy, components, null)] : [...new Set(input.targets.map((one) => one.wave))].map((number) => waveOf(input, strategy, components, number));
  const changes = waves.flatMap((wave) => draftsOf(wave, strategy, input.isRollback));
  const old = retire(waveOf(input, strategy, components, null), strategy.type === 'blue-green' && !input.isRollback ? 'cleanup' : 'retire', components.filter((one) => isLeft(one, changes)));
  const drafts = [...gate(input), ...changes, ...(old?.kind === 'retire' ? [old] : [])];
  if (drafts.length > MAXIMUM_PLAN_STEPS) return { problems: [{ field: 'strategy', rule: `must give at most ${MAXIMUM_PLAN_STEPS} steps over all waves`, value: drafts.length }] };
  const plan: Plan = { ...frame(input, components), steps: numbered(drafts), cleanup: cleanupOf(old, strategy) };
  const sizeBytes = largestDispatchBytes(plan);
  return sizeBytes <= MAXIMUM_DISPATCH_BYTES ? { plan } : { problems: [{ field: 'environment', rule: `must have so few targets that the commands of one step (a rollback's are for all at once) take at most ${MAXIMUM_DISPATCH_BYTES} bytes`, value: sizeBytes }] };
}

/** Whether instances of the old release are left when the waves are done: of what was removed, or where the last change of a wave keeps them. */
function isLeft(component: PlannedComponent, changes: readonly Draft[]): boolean {
  const last = new Map(changes.flatMap((one) => ('replicas' in one && one.replicas[component.name] !== undefined ? [[one.wave, one.replicas[component.name]]] : [])));
  return component.change === 'remove' || [...last.values()].some((counts) => counts !== undefined && counts.stable > 0);
}

/** The largest step in bytes, among those of the plan, of its rollback and of its clean-up, as their dispatch writes the commands down. */
function largestDispatchBytes(plan: Plan): number {
  const everything = { targets: plan.targets.map((one) => one.name), components: plan.components.filter((one) => one.change !== 'unchanged').map((one) => one.name) };
  const steps = [...plan.steps, ...restoreSteps(plan, everything), ...(plan.cleanup === null ? [] : [plan.cleanup.step])].filter(isDispatched);
  return Math.max(0, ...steps.map((step) => JSON.stringify(commandsOf(LONGEST_ID, plan, step, 1000)).length));
}

function draftsOf(wave: Wave, strategy: Strategy, isRollback: boolean): Draft[] {
  if (wave.traffic.length + wave.workers.length === 0) return [];
  if (isRollback || wave.targets.every((one) => one.stable === null)) return straight(wave);
  switch (strategy.type) {
    case 'canary': return planCanary(wave, strategy);
    case 'blue-green': return planBlueGreen(wave, strategy);
    case 'rolling': return planRolling(wave, strategy);
    case 'recreate': return planRecreate(wave);
  }
}

function gate(input: PlanInput): Draft[] {
  if (input.approvals === undefined || input.isRollback) return [];
  const { required } = input.approvals;
  return [{ kind: 'approve', wave: 0, title: `Wait for ${required} approval${required === 1 ? '' : 's'} of the environment`, approval: input.approvals }];
}

function frame(input: PlanInput, components: PlannedComponent[]): Omit<Plan, 'steps' | 'cleanup'> {
  const { strategy } = input;
  const template = strategy.analysis?.template;
  const known = template === undefined ? undefined : input.templates[template];
  return {
    strategy: strategy.type, new: input.new.reference, targets: [...input.targets], components, rollbackTriggers: triggersOf(strategy), progressDeadlineSeconds: strategy.progressDeadlineSeconds,
    background: template === undefined || known === undefined || input.isRollback ? null : { template, templateVersion: known.version },
  };
}

function cleanupOf(old: ChangeDraft | undefined, strategy: Strategy): Plan['cleanup'] {
  if (old?.kind !== 'cleanup' || strategy.type !== 'blue-green') return null;
  const step: ChangeStep = { ...old, id: 'cleanup' };
  return { delaySeconds: strategy.scaleDownDelaySeconds, step };
}
