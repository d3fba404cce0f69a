import type { CallContext } from '#application/context';
import { requireDeployment } from '#application/deployments/load-deployment';
import type { LoadedDeployment } from '#application/deployments/load-deployment';
import { requestDeployment } from '#application/deployments/request-deployment';
import { Failure } from '#contracts/errors';

/** Repeats a Failed, RolledBack or Aborted deployment as a new one; a rollback stays one, with all that it passes. @throws Failure `conflict` for another state. */
export async function repeatRequest(context: CallContext, id: string): Promise<LoadedDeployment> {
  const { state } = await requireDeployment(context, id);
  if (state.name !== 'Failed' && state.name !== 'RolledBack' && state.name !== 'Aborted') throw new Failure('conflict', `the deployment is ${state.name}; only one that is Failed, RolledBack or Aborted can be retried`);
  const { application, release, environment, strategy, priority, ifRunning } = state.request;
  return await requestDeployment(context, { application, release, environment, ...(strategy === null ? {} : { strategy }), priority, ifRunning }, { retryOf: id, rollbackOf: state.request.rollbackOf });
}

/**
 * Goes back from a Succeeded deployment to the release that was stable before it, or to a named earlier one, as a new deployment
 * that passes freezes and gates, moves in one step and supersedes what runs.
 */
export async function rollBackRequest(context: CallContext, id: string, named: string | undefined): Promise<LoadedDeployment> {
  const { state } = await requireDeployment(context, id);
  if (state.name !== 'Succeeded') throw new Failure('conflict', `the deployment is ${state.name}; only one that is Succeeded can be rolled back (a running one is aborted)`);
  const release = named ?? state.plan?.targets.find((one) => one.stable !== null)?.stable?.release;
  if (release === undefined) throw new Failure('conflict', 'there was no release before this one to go back to; name one');
  const { application, environment } = state.request;
  return await requestDeployment(context, { application, release, environment, priority: 'critical', ifRunning: 'supersede' }, { retryOf: null, rollbackOf: id });
}
