import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { Command } from '#contracts/adapter';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/** The ids of the commands whose reports a deployment waits for: those of steps that run. After its end only a clean-up is still done. */
export function awaitedCommands(state: DeploymentState): ReadonlySet<string> {
  const steps = state.steps.filter((one) => one.status === 'running' && (one.phase === 'cleanup' || !isTerminal(state)));
  return new Set(steps.flatMap((one) => one.commands).filter((one) => one.status === 'running').map((one) => one.id));
}

/** Which of some commands nobody waits for any more, by the streams of their deployments. Checks, and what the sweep tells again, are of no stream and never among them. */
export async function unawaited(context: Context, commands: readonly Command[]): Promise<ReadonlySet<Command>> {
  const found = new Set<Command>();
  for (const [deployment, own] of Map.groupBy(commands.filter((one) => !isOfNoStream(one)), (one) => one.deployment)) {
    const loaded = deployment === null ? undefined : await loadDeployment(context, deployment);
    const awaited = loaded === undefined ? new Set<string>() : awaitedCommands(loaded.state);
    for (const one of own) if (!awaited.has(one.id)) found.add(one);
  }
  return found;
}

/** Whether a command's report is kept for the one who asked, and not recorded in a deployment's stream. */
export function isOfNoStream({ verb, deployment }: Command): boolean {
  return verb === 'check' || deployment === null;
}
