import { takeLook } from '#application/analysis/take-look';
import { cleanUp } from '#application/deployments/clean-up';
import { decideAndAppend } from '#application/deployments/load-deployment';
import type { TimerHandler } from '#application/handlers';
import { holdForFreeze } from '#application/machine/freeze-hold';
import { nowOf } from '#application/context';

/** What happens when a timer fires. A timer of a deployment that has gone on changes nothing. */
export const onTimer: TimerHandler = async (context, payload) => {
  switch (payload.kind) {
    case 'wait-over':
      await decideAndAppend(context, payload.deployment, { type: 'EndWait', step: payload.step, at: nowOf(context) });
      return;
    case 'look':
      await takeLook(context, payload);
      return;
    case 'freeze-over':
      if (!(await holdForFreeze(context, payload.deployment))) await decideAndAppend(context, payload.deployment, { type: 'EndFreeze', at: nowOf(context) });
      return;
    case 'cleanup':
      await cleanUp(context, payload.deployment);
  }
};
