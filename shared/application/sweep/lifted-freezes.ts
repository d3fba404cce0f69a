import { nowOf } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { DeploymentCheck } from '#application/sweep/finding';
import { onTimer } from '#application/timer';

/**
 * A freeze may be taken away, or be given an earlier end, while it holds a deployment, whose timer then still is for the end of before.
 * What holds is what the environment says now.
 */
export const liftedFreezes: DeploymentCheck = {
  kind: 'freeze-lifted',
  run: async (context, { state }) => {
    const { paused } = state;
    if (paused?.by !== 'freeze' || paused.until === null || paused.until <= nowOf(context)) return undefined;
    await onTimer(context, { kind: 'freeze-over', tenant: context.tenant, deployment: state.id });
    const after = await loadDeployment(context, state.id);
    return after?.state.paused?.by === 'freeze' ? undefined : { repaired: true, reason: `it was ${paused.reason}, and that freeze does not hold any more` };
  },
};
