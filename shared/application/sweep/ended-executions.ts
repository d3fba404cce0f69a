import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { DeploymentCheck } from '#application/sweep/finding';
import { isTerminal } from '#domain/deployment/state';

/** At one recovery a minute, what the sweep can start in two years; nobody waits for a rollback that long. */
const MAXIMUM_RECOVERIES = 2 ** 20;

/**
 * A deployment whose execution ended has ended itself; where it has not, the rollback branch alone takes it back. Should that end
 * without a terminal event too, it is started anew, again and again, until the traffic is settled or an admin abandons it.
 */
export const endedExecutions: DeploymentCheck = {
  kind: 'execution-ended-early',
  run: async (context, { state }) => {
    if (isTerminal(state) || state.plan === null) return undefined;
    const { workflow } = context.ports;
    const { tenant } = context;
    const { id } = state;
    const own = await workflow.describe(tenant, id);
    if (own === undefined || own.status === 'RUNNING') return undefined;
    const started = await recoveriesOf(context, id);
    const last = started === 0 ? own : await workflow.describe(tenant, recoveryName(id, started));
    if (last?.status === 'RUNNING') return undefined;
    // The last event may have been appended between the look at the stream and that at the execution.
    const again = await loadDeployment(context, id);
    if (again === undefined || isTerminal(again.state)) return undefined;
    await workflow.start({ tenant, machine: 'recover', name: recoveryName(id, started + 1), input: { tenant, deployment: id } });
    return { repaired: true, reason: `its execution ended (${last?.status ?? 'unknown'}) while it was ${again.state.name}; recovery ${started + 1} was started` };
  },
};

/** The name of a deployment's n-th recovery, from 1 on. */
function recoveryName(id: string, number: number): string {
  return number === 1 ? `recover-${id}` : `recover-${id}-${number}`;
}

/** How many recoveries of a deployment were started: they are numbered without a gap, so halving finds the last in a few looks. */
async function recoveriesOf(context: Context, id: string): Promise<number> {
  const exists = async (number: number) => (await context.ports.workflow.describe(context.tenant, recoveryName(id, number))) !== undefined;
  let missing = 1;
  while (missing < MAXIMUM_RECOVERIES && (await exists(missing))) missing *= 2;
  let present = Math.floor(missing / 2);
  while (missing - present > 1) {
    const middle = Math.floor((present + missing) / 2);
    if (await exists(middle)) present = middle;
    else missing = middle;
  }
  return present;
}
