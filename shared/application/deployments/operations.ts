import type { CallContext } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, requireDeployment } from '#application/deployments/load-deployment';
import { actorOf, planDeployment, requestDeployment } from '#application/deployments/request-deployment';
import { repeatRequest, rollBackRequest } from '#application/deployments/repeat-deployment';
import { validateDeployment } from '#application/deployments/validate-request';
import { viewOf } from '#application/deployments/view';
import type { OperationHandlers } from '#application/handlers';
import type { deploymentRoutes } from '#contracts/http/deployment-routes';
import type { DeploymentCommand, PersonsAct } from '#domain/deployment/command';
import type { DeploymentStateName } from '#domain/deployment/state';
import { listDeploymentEvents, listDeployments, listEvents } from '#application/deployments/lists';

type Accepted = { readonly id: string; readonly state: DeploymentStateName; readonly version: number };

/** The use cases behind the routes of deployments. */
export const deploymentOperations: Pick<OperationHandlers, keyof typeof deploymentRoutes> = {
  requestDeployment: async (context, { body }) => acceptedOf(await requestDeployment(context, body, { retryOf: null, rollbackOf: null })),
  planDeployment,
  validateDeployment,
  listDeployments,
  getDeployment: async (context, { params }) => {
    const { state, version } = await requireDeployment(context, params.id);
    return { body: viewOf(state, version), version };
  },
  listDeploymentEvents,
  listEvents,
  pauseDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Pause', ...by, comment: body.comment })),
  resumeDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Resume', ...by, comment: body.comment })),
  promoteDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Promote', ...by, comment: body.comment, step: body.step, full: body.full })),
  approveDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Approve', ...by, comment: body.comment, step: body.step })),
  denyDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Deny', ...by, comment: body.comment, step: body.step })),
  abortDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Abort', cause: 'aborted', ...by, comment: body.comment })),
  abandonDeployment: async (context, { params, body }) => await act(context, params.id, (by) => ({ type: 'Abandon', ...by, comment: body.comment })),
  rollbackDeployment: async (context, { params, body }) => acceptedOf(await rollBackRequest(context, params.id, body.release)),
  retryDeployment: async (context, { params }) => acceptedOf(await repeatRequest(context, params.id)),
};

async function act(context: CallContext, id: string, command: (by: PersonsAct) => DeploymentCommand): Promise<{ body: Accepted; version: number }> {
  const decided = await decideAndAppend(context, id, command({ by: actorOf(context.caller), at: nowOf(context) }), context.ifMatchVersion);
  return acceptedOf(decided);
}

function acceptedOf(loaded: { readonly state: { readonly id: string; readonly name: DeploymentStateName }; readonly version: number }): { body: Accepted; version: number } {
  return { body: { id: loaded.state.id, state: loaded.state.name, version: loaded.version }, version: loaded.version };
}
