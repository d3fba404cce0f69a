import type { Context } from '#application/context';
import { CLEANUP_SECONDS } from '#application/deployments/clean-up';
import { readSide } from '#application/deployments/planning-sources';
import type { Command, DesiredState, ResourceAmounts, SideSpec } from '#contracts/adapter';
import { timeoutOf } from '#domain/deployment/answers';
import { isDispatched } from '#domain/deployment/plan';
import type { ChangeStep, Plan, PlannedComponent, ReplicaCounts } from '#domain/deployment/plan';
import { stepOf } from '#domain/deployment/state';
import type { DeploymentState, StepProgress } from '#domain/deployment/state';
import type { Side } from '#domain/planning/plan-input';
import { takesTraffic } from '#domain/resources/application';

/**
 * The commands of a dispatched step, made from the plan and the versions of the resources that it names: the same step gives the same
 * commands whenever it is asked.
 */
export async function commandsOfStep(context: Context, state: DeploymentState, step: string): Promise<readonly Command[]> {
  const progress = stepOf(state, step);
  const { plan } = state;
  if (progress === undefined || plan === null || !isDispatched(progress.step)) return [];
  const timeoutSeconds = progress.phase === 'cleanup' ? CLEANUP_SECONDS : timeoutOf(state, progress.step);
  const sides = await sidesOf(context, state, plan);
  const deadline = new Date(Date.parse(progress.startedAt ?? state.updatedAt) + timeoutSeconds * 1000).toISOString();
  return progress.commands.flatMap((one): Command[] => {
    const target = plan.targets.find((planned) => planned.name === one.target);
    const component = plan.components.find((planned) => planned.name === one.component);
    const shape = shapeOf(state, progress, one.component);
    if (target === undefined || component === undefined || shape === undefined) return [];
    return [{
      id: one.id, deployment: state.id, application: state.request.application, target: one.target, component: one.component,
      verb: progress.step.kind === 'verify' ? 'verify' : 'apply', generation: target.generation + (progress.phase === 'rollback' ? 1 : 0), deadline,
      desired: desiredOf(component, shape, { new: sides.new, stable: sides.stable[one.target] }),
    }];
  });
}

type Shape = { readonly replicas: ReplicaCounts; readonly weightPercent: number };

/** What a step wants of a component; a verification wants what the last change before it left. */
function shapeOf(state: DeploymentState, progress: StepProgress, component: string): Shape | undefined {
  const change = progress.step.kind === 'verify' ? lastChange(state, progress, component) : progress.step;
  if (!('replicas' in change)) return undefined;
  const replicas = change.replicas[component];
  return replicas === undefined ? undefined : { replicas, weightPercent: change.weightPercent };
}

function lastChange(state: DeploymentState, progress: StepProgress, component: string): ChangeStep | StepProgress['step'] {
  const before = state.steps.slice(0, state.steps.indexOf(progress)).map((one) => one.step);
  return before.findLast((step) => 'replicas' in step && step.replicas[component] !== undefined && step.wave === progress.step.wave) ?? progress.step;
}

function desiredOf(component: PlannedComponent, shape: Shape, sides: { readonly new: Side; readonly stable: Side | undefined }): DesiredState {
  const next = sideSpec(sides.new, component.name, shape.replicas.new);
  const stable = sides.stable === undefined ? null : sideSpec(sides.stable, component.name, shape.replicas.stable);
  return { new: next, stable, weightPercent: weightOf(component, { next, stable }, shape.weightPercent) };
}

/** A side without instances takes no traffic, whatever the step's weight: a batch may have replaced the last of them. */
function weightOf(component: PlannedComponent, sides: { readonly next: SideSpec | null; readonly stable: SideSpec | null }, weightPercent: number): number {
  if (sides.next === null || !takesTraffic(component.type)) return sides.next === null ? 0 : 100;
  return sides.stable === null ? 100 : weightPercent;
}

function sideSpec(side: Side, component: string, replicas: number): SideSpec | null {
  const described = side.application.components.find((one) => one.name === component);
  const released = side.release.components.find((one) => one.name === component);
  if (described === undefined || released === undefined || replicas === 0) return null;
  const named = new Set(released.environment.map((one) => one.name));
  const environment = [...described.environment.filter((one) => !named.has(one.name)), ...released.environment];
  return { release: side.reference.release, replicas, artefact: released.artefact, component: { ...described, environment } };
}

async function sidesOf(context: Context, state: DeploymentState, plan: Plan): Promise<{ readonly new: Side; readonly stable: { readonly [target: string]: Side } }> {
  const stable: { [target: string]: Side } = {};
  for (const target of plan.targets) {
    if (target.stable !== null) stable[target.name] = await readSide(context, state.request.application, target.stable);
  }
  return { new: await readSide(context, state.request.application, plan.new), stable };
}

/** What a validation asks its targets: which, until when, and the most that it takes of each of them. */
type Asked = { readonly id: string; readonly deployment: string | null; readonly application: string; readonly deadline: string; readonly demand: { readonly [target: string]: ResourceAmounts } };

/**
 * Commands of verb `check` for all that a plan would start: nothing is changed by them, and they carry no generation. The first of each target
 * carries what the plan takes of it.
 */
export function checkCommands(plan: Plan, next: Side, about: Asked): readonly Command[] {
  return plan.targets.flatMap((target) => plan.components.filter((one) => one.change === 'replace').map((component, index): Command => {
    const demand = index === 0 ? about.demand[target.name] : undefined;
    return {
      id: `${about.id}/validate/${target.name}/${component.name}`, deployment: about.deployment, application: about.application, target: target.name, component: component.name, verb: 'check', generation: 0, deadline: about.deadline,
      desired: { new: sideSpec(next, component.name, component.newReplicas), stable: null, weightPercent: 100 }, ...(demand === undefined ? {} : { demand }),
    };
  }));
}
