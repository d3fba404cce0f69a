import { resumeMachine } from '#application/machine/resume-machine';
import type { DeploymentCheck } from '#application/sweep/finding';

/** A wait whose end is in the stream is over: its token is given back. */
export const parkedTokens: DeploymentCheck = {
  kind: 'wait-not-ended',
  run: async (context, { state }) => {
    const { workflow } = context.ports;
    const before = await workflow.parked(context.tenant, state.id);
    if (before.length === 0) return undefined;
    await resumeMachine(context, state.id);
    const after = new Set((await workflow.parked(context.tenant, state.id)).map((one) => one.token));
    const resumed = before.filter((one) => !after.has(one.token)).map((one) => one.wait);
    if (resumed.length === 0) return undefined;
    return { repaired: true, reason: `its machine still waited for ${resumed.join(', ')}, of which the end was in the stream` };
  },
};
