import type { Context } from '#application/context';
import { commandsOfStep } from '#application/deployments/commands';
import { loadDeployment } from '#application/deployments/load-deployment';
import { isPastGrace } from '#application/sweep/finding';
import type { Expected } from '#application/sweep/difference';
import type { Command, DesiredState } from '#contracts/adapter';
import { isDispatched } from '#domain/deployment/plan';
import type { PlannedComponent } from '#domain/deployment/plan';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import { takesTraffic } from '#domain/resources/application';
import type { Lease } from '#ports/lease';

/** What should be true of a component, and what could be told the target so that it is; where nothing can, why. */
export type Expectation = { readonly component: string; readonly expected: Expected; readonly repair: DesiredState | null; readonly unrepaired: string };

/** What is to be found on a target of one application, and since when (ISO 8601 UTC) at the latest, as the streams tell it. */
export type ExpectedApplication = { readonly components: readonly Expectation[]; readonly since: string; readonly progressSeconds: number };

const OWN_STEPS = 'the deployment that runs there tells the target what to serve with its next step or its way back, which nothing may cross';

/** Deployments and the commands of their steps, read once in a sweep however many targets they went to. */
export class DeploymentsOfSweep {
  readonly #context: Context;
  readonly #states = new Map<string, Promise<DeploymentState | undefined>>();
  readonly #commands = new Map<string, Promise<readonly Command[]>>();

  constructor(context: Context) {
    this.#context = context;
  }

  state(id: string): Promise<DeploymentState | undefined> {
    const known = this.#states.get(id) ?? loadDeployment(this.#context, id).then((loaded) => loaded?.state);
    this.#states.set(id, known);
    return known;
  }

  commands(state: DeploymentState, step: string): Promise<readonly Command[]> {
    const known = this.#commands.get(`${state.id}/${step}`) ?? commandsOfStep(this.#context, state, step);
    this.#commands.set(`${state.id}/${step}`, known);
    return known;
  }
}

/**
 * What a target should serve of an application: where nobody holds the lease, what the deployment left that made its release the stable one; while one
 * holds it and nothing of it is under way, on top of that what its last succeeded steps wanted. `undefined` where that cannot be said: something is under
 * way, has only just ended, or was abandoned.
 */
export async function expectedAtTarget(context: Context, lease: Lease, deployments: DeploymentsOfSweep): Promise<ExpectedApplication | undefined> {
  const { holder, stable, stableBy } = lease;
  const settled = stable === null || stable.unsettled === true || stableBy === null ? undefined : await deployments.state(stableBy);
  if (stable !== null && (settled?.name !== 'Succeeded' || settled.plan?.new.release !== stable.release)) return undefined;
  const before = settled === undefined ? undefined : { components: await leftBy(settled, { lease, deployments }), since: settled.updatedAt, progressSeconds: settled.plan?.progressDeadlineSeconds ?? 0 };
  if (holder === null) return before;
  const running = await deployments.state(holder);
  if (running === undefined || !isAtRest(context, running)) return undefined;
  const changed = await reachedBy(running, { lease, deployments });
  const untouched = (before?.components ?? []).filter((one) => !changed.touched.has(one.component)).map((one) => ({ ...one, repair: null, unrepaired: OWN_STEPS }));
  return { components: [...untouched, ...changed.components], since: running.updatedAt, progressSeconds: running.plan?.progressDeadlineSeconds ?? 0 };
}

type Around = { readonly lease: Lease; readonly deployments: DeploymentsOfSweep };

/** Between steps: planned, not on its way back or about to be, nothing dispatched, and that for a while. */
function isAtRest(context: Context, state: DeploymentState): boolean {
  const underWay = state.steps.some((one) => one.status === 'running' && isDispatched(one.step));
  return !isTerminal(state) && state.plan !== null && state.ending === null && state.rollback === null && !underWay && isPastGrace(context, state.updatedAt);
}

/** What a succeeded deployment left: its release alone, under all traffic. What it removed is gone, and of what it left alone something runs. */
async function leftBy(state: DeploymentState, { lease, deployments }: Around): Promise<readonly Expectation[]> {
  const components: Expectation[] = [];
  // Until the old side is stopped, its clean-up has a command to come, of a generation that must not be passed by.
  const unrepaired = state.cleanupAt === null ? '' : `the old side of ${state.id} is still to be stopped, and what is told in between could keep that from being done`;
  for (const component of state.plan?.components ?? []) {
    if (component.change === 'unchanged') {
      if (component.newReplicas > 0) components.push({ component: component.name, expected: { is: 'runs' }, repair: null, unrepaired: 'the last deployment left it as it was; to put it there again, deploy the release with a changed configuration or restart the agent on its own state' });
      continue;
    }
    const desired = await lastWanted(state, { component, lease, deployments });
    if (desired === undefined) continue;
    const repair: DesiredState = { new: desired.new, stable: null, weightPercent: desired.new === null ? 0 : 100 };
    components.push({ component: component.name, expected: expectedOf(repair, false), repair: state.cleanupAt === null ? repair : null, unrepaired });
  }
  return components;
}

/** What the steps of a running deployment have come to. Where both sides are of one release, the target's word cannot tell them apart. */
async function reachedBy(state: DeploymentState, { lease, deployments }: Around): Promise<{ readonly components: readonly Expectation[]; readonly touched: ReadonlySet<string> }> {
  const components: Expectation[] = [];
  const touched = new Set<string>();
  for (const component of state.plan?.components ?? []) {
    const desired = await lastWanted(state, { component, lease, deployments });
    if (desired === undefined) continue;
    touched.add(component.name);
    if (desired.new === null || desired.new.release === lease.stable?.release) continue;
    components.push({ component: component.name, expected: expectedOf(desired, desired.stable !== null), repair: null, unrepaired: OWN_STEPS });
  }
  return { components, touched };
}

/** What the last succeeded change of a component on the target wanted; `undefined` where the deployment has changed nothing of it there. */
async function lastWanted(state: DeploymentState, { component, lease, deployments }: Around & { readonly component: PlannedComponent }): Promise<DesiredState | undefined> {
  const isOf = (one: { readonly target: string; readonly component: string }) => one.target === lease.target && one.component === component.name;
  const last = state.steps.findLast((one) => one.phase !== 'rollback' && one.status === 'succeeded' && 'replicas' in one.step && one.commands.some(isOf));
  return last === undefined ? undefined : (await deployments.commands(state, last.step.id)).find(isOf)?.desired;
}

function expectedOf({ new: side, weightPercent }: DesiredState, besides: boolean): Expected {
  if (side === null) return { is: 'nothing' };
  return { is: 'serves', release: side.release, sharePercent: weightPercent, takesTraffic: takesTraffic(side.component.type), besides };
}
