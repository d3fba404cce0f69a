import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, requireDeployment } from '#application/deployments/load-deployment';
import { loadResource } from '#application/resources/load-resource';
import { changesTraffic } from '#domain/deployment/plan';
import { currentStep, isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';
import { freezeAt } from '#domain/gates/freeze';

/** A freeze that began after the request holds the deployment before its next change of traffic; rollbacks pass. Answers whether one holds. */
export async function holdForFreeze(context: Context, deployment: string): Promise<boolean> {
  const { state } = await requireDeployment(context, deployment);
  const current = currentStep(state);
  if (state.request.rollbackOf !== null || state.rollback !== null || isTerminal(state) || current === undefined || !changesTraffic(current.step)) return false;
  const environment = await environmentOf(context, state);
  const freeze = freezeAt(environment.spec.freezes, nowOf(context));
  if (freeze === undefined) return false;
  // The timer first: a hold without one would never end, and a timer without a hold changes nothing.
  await context.ports.timers.set({ id: `freeze/${context.tenant}/${deployment}`, at: freeze.endsAt, payload: { kind: 'freeze-over', tenant: context.tenant, deployment } });
  await decideAndAppend(context, deployment, { type: 'HoldForFreeze', freeze: freeze.name, until: freeze.endsAt, at: nowOf(context) });
  return true;
}

/** Policies are those of the moment, not of the plan. An environment that was deleted has none left. */
export async function environmentOf(context: Context, state: DeploymentState) {
  const environment = await loadResource(context, { kind: 'Environment', name: state.request.environment });
  return { spec: environment?.resource.spec ?? { waves: [], strategy: { type: 'rolling' as const }, freezes: [] } };
}
