import { checksBefore } from '#application/deployments/checks';
import { makePlan, readLeases } from '#application/deployments/make-plan';
import { readSources } from '#application/deployments/planning-sources';
import type { OperationHandlers } from '#application/handlers';

/** Runs all checks before a deployment of what is asked; nothing is changed. */
export const validateDeployment: OperationHandlers['validateDeployment'] = async (context, { body }) => {
  const sources = await readSources(context, { ...body, strategy: body.strategy ?? null });
  const plan = await makePlan(context, { application: body.application, rollbackOf: null }, sources, await readLeases(context, body.application, sources));
  // Not the trace: its caller chooses it, and may validate several releases in one; each must hear the answers to its own questions.
  const checks = await checksBefore(context, { id: `validation-${context.ports.ids.trace()}`, deployment: null, application: body.application, plan, new: sources.new, environment: sources.environment.spec, passesFreezes: false });
  return { body: { passed: checks.every((one) => one.outcome !== 'failed'), checks: [...checks] } };
};
