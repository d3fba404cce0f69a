import type { CallContext } from '#application/context';
import { requireDeployment } from '#application/deployments/load-deployment';
import type { LoadedDeployment } from '#application/deployments/load-deployment';
import { requestDeployment } from '#application/deployments/request-deployment';
import { summaryFilter } from '#application/deployments/summary-index';
import { readPage } from '#application/read-page';
import { fieldFailure } from '#application/resources/check-resource';
import { loadResource } from '#application/resources/load-resource';
import { Failure } from '#contracts/errors';
import { deploymentSummary } from '#contracts/views';
import type { DeploymentState } from '#domain/deployment/state';

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
  const before = state.plan?.targets.find((one) => one.stable !== null)?.stable?.release;
  const release = named ?? before;
  if (release === undefined) throw new Failure('conflict', 'there was no release before this one to go back to; name one');
  const { application, environment } = state.request;
  if (release !== before) await refuseUnproven(context, state, release);
  return await requestDeployment(context, { application, release, environment, priority: 'critical', ifRunning: 'supersede' }, { retryOf: null, rollbackOf: id });
}

/**
 * A rollback passes gates and freezes, so it goes only to what has passed them: the release that was stable before the deployment, or one
 * that had all traffic of its environment earlier, among the last 2000 that had. A name always stands for the same content.
 * What does not exist is left to the request, which names it. @throws Failure `rule-broken`
 */
async function refuseUnproven(context: CallContext, { id, request }: DeploymentState, release: string): Promise<void> {
  const { application, environment } = request;
  if ((await loadResource(context, { kind: 'Release', name: release, application })) === undefined) return;
  const filter = summaryFilter({ application, environment, state: 'Succeeded' });
  // Deployments are listed newest first by id: what stands after this one is older.
  const { items } = await readPage({ limit: 1, cursor: id }, {
    read: async (page) => await context.ports.readModels.list(context.tenant, 'deployments', { ...page, ...(filter === undefined ? {} : { filter }) }),
    placeOf: (one) => one.key,
    keep: ({ document }) => deploymentSummary.parse(document).release === release,
  });
  if (items.length === 0) throw fieldFailure('rule-broken', [{ field: 'release', rule: `must have succeeded in ${environment} before ${id}: only what was good there before is gone back to; another is deployed`, value: release }]);
}
