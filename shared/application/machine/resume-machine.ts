import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { ConsumerHandlers } from '#application/handlers';
import { startLooks } from '#application/analysis/start-looks';
import { answerTo } from '#domain/deployment/answers';

/**
 * Gives back every parked token of a deployment whose wait is over. All that can end a wait is in the stream, so this may be called at
 * any time, by anybody, any number of times. A token that nobody waits for any more is forgotten.
 */
export async function resumeMachine(context: Context, deployment: string): Promise<void> {
  const parked = await context.ports.workflow.parked(context.tenant, deployment);
  if (parked.length === 0) return;
  const loaded = await loadDeployment(context, deployment);
  if (loaded === undefined) return;
  for (const wait of parked) {
    const answer = answerTo(loaded.state, wait.wait);
    if (answer === undefined) continue;
    await context.ports.workflow.succeed(wait.token, answer);
    await context.ports.workflow.unpark(wait, wait.token);
  }
}

/** Parks the token of a wait, and gives it back at once if the answer is in the stream already. */
export async function parkAndResume(context: Context, deployment: string, wait: { readonly name: string; readonly token: string }): Promise<void> {
  await context.ports.workflow.park({ tenant: context.tenant, deployment, wait: wait.name }, wait.token);
  await resumeMachine(context, deployment);
}

/** On the bus: an event that may end a wait. A pause that ends may also begin an analysis anew. */
export const resumeOnEvent: ConsumerHandlers['resume-machine'] = async (context, event) => {
  const deployment = event.stream.slice('deployment/'.length);
  if (event.type === 'DeploymentResumed') await startLooks(context, deployment);
  await resumeMachine(context, deployment);
};
