import type { CallContext } from '#application/context';
import { checksBefore } from '#application/deployments/checks';
import { CHECK_SECONDS } from '#application/deployments/checks-of-targets';
import { makePlan, readLeases } from '#application/deployments/make-plan';
import { readSources } from '#application/deployments/planning-sources';
import type { OperationAnswer, OperationHandlers } from '#application/handlers';
import { validationBound } from '#contracts/bounds';
import { Failure } from '#contracts/errors';
import type { OperationInput } from '#contracts/http/routes';

/**
 * Runs all checks before a deployment of what is asked; nothing is changed. Of one tenant only so many are under way at once, as each waits for its targets.
 * @throws Failure `rate-limited` where as many are
 */
export const validateDeployment: OperationHandlers['validateDeployment'] = async (context, input) => {
  const { permits, ids } = context.ports;
  // Not the trace: its caller chooses it, and may validate several releases in one; each must hear the answers to its own questions.
  const id = `validation-${ids.trace()}`;
  const permit = { tenant: context.tenant, kind: 'validation', holder: id };
  if (!(await permits.take(permit, validationBound))) throw tooMany();
  try {
    return await validate(context, id, input);
  } finally {
    await permits.giveBack(permit);
  }
};

async function validate(context: CallContext, id: string, { body }: OperationInput<'validateDeployment'>): Promise<OperationAnswer<'validateDeployment'>> {
  const sources = await readSources(context, { ...body, strategy: body.strategy ?? null });
  const plan = await makePlan(context, { application: body.application, rollbackOf: null }, sources, await readLeases(context, body.application, sources));
  const checks = await checksBefore(context, { id, deployment: null, application: body.application, plan, new: sources.new, environment: sources.environment.spec, passesFreezes: false });
  return { body: { passed: checks.every((one) => one.outcome !== 'failed'), checks: [...checks] } };
}

/** By then the targets of those that are under way have answered, or are waited for no longer. */
function tooMany(): Failure {
  const { most } = validationBound;
  return new Failure('rate-limited', { detail: `this tenant may have ${most} validations under way at once; try again in ${CHECK_SECONDS} s`, context: { rule: 'validationsAtOnce', most }, retryAfterSeconds: CHECK_SECONDS });
}
