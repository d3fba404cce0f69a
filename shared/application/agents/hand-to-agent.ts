import { awaitedCommands } from '#application/agents/awaited';
import { putInInbox } from '#application/agents/inbox';
import { nowOf } from '#application/context';
import { commandsOfStep } from '#application/deployments/commands';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { ConsumerHandlers } from '#application/handlers';
import { payloadOf } from '#contracts/upcast';
import { stepOf } from '#domain/deployment/state';

/** Puts the commands of a dispatched step where their agents read them. A step that has ended in the meantime needs nobody. */
export const handToAgent: ConsumerHandlers['hand-to-agent'] = async (context, event) => {
  const { step, attempt } = payloadOf('StepDispatched', event);
  const loaded = await loadDeployment(context, event.stream.slice('deployment/'.length));
  const progress = loaded === undefined ? undefined : stepOf(loaded.state, step);
  if (loaded === undefined || progress === undefined || progress.status !== 'running' || progress.attempt !== attempt) return;
  const awaited = awaitedCommands(loaded.state);
  const commands = await commandsOfStep(context, loaded.state, step);
  const providers = new Map(loaded.state.plan?.targets.map((one) => [one.name, one.provider]));
  await putInInbox(context, commands.filter((one) => awaited.has(one.id) && providers.get(one.target) === 'agent'), nowOf(context));
};
