import type { Context } from '#application/context';
import { readSide } from '#application/deployments/planning-sources';
import type { PlanningSources } from '#application/deployments/planning-sources';
import { Failure } from '#contracts/errors';
import type { Plan } from '#domain/deployment/plan';
import type { DeploymentRequest } from '#domain/deployment/state';
import { planDeployment } from '#domain/planning/plan-deployment';
import type { Side } from '#domain/planning/plan-input';
import type { Lease } from '#ports/lease';

/**
 * Plans a request against what serves on its targets, as the leases tell it.
 * @throws Failure `rule-broken` naming what the plan breaks.
 */
export async function makePlan(context: Context, request: Pick<DeploymentRequest, 'application' | 'rollbackOf'>, sources: PlanningSources, leases: readonly Lease[]): Promise<Plan> {
  const targets = sources.targets.map((target) => {
    const lease = leases.find((one) => one.target === target.name);
    return { ...target, generation: lease?.generation ?? 1, stable: lease?.stable ?? null };
  });
  const stable: { [target: string]: Side } = {};
  for (const target of targets) {
    if (target.stable !== null) stable[target.name] = await readSide(context, request.application, target.stable);
  }
  const planned = planDeployment({ strategy: sources.strategy, new: sources.new, targets, stable, templates: sources.templates, approvals: sources.environment.spec.approvals, isRollback: request.rollbackOf !== null });
  if ('plan' in planned) return planned.plan;
  const { problems } = planned;
  throw new Failure('rule-broken', { detail: problems.map((one) => `${one.field} ${one.rule}`).join('; '), errors: problems });
}

/** The leases of an application on an environment's targets as they stand, nothing taken. */
export async function readLeases(context: Context, application: string, sources: PlanningSources): Promise<readonly Lease[]> {
  const found = await Promise.all(sources.targets.map(async (target) => await context.ports.leases.read(context.tenant, target.name, application)));
  return found.flat();
}
