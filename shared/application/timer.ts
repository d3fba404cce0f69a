import { takeLook } from '#application/analysis/take-look';
import { cleanUp } from '#application/deployments/clean-up';
import { decideAndAppend } from '#application/deployments/load-deployment';
import type { TimerHandler } from '#application/handlers';
import { holdForFreeze } from '#application/machine/freeze-hold';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import type { TimerPayload } from '#contracts/timers';
import { stepOf } from '#domain/deployment/state';

/** What happens when a timer fires. A timer of a deployment that has gone on changes nothing. */
export const onTimer: TimerHandler = async (context, payload) => {
  switch (payload.kind) {
    case 'wait-over':
      await endWait(context, payload);
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

/** A timer that comes too early, because the clock was set back since it was set, is set again: nobody else would end the wait at its time. */
async function endWait(context: Context, payload: Extract<TimerPayload, { kind: 'wait-over' }>): Promise<void> {
  const at = nowOf(context);
  const { state, events } = await decideAndAppend(context, payload.deployment, { type: 'EndWait', step: payload.step, at });
  const until = stepOf(state, payload.step)?.until ?? null;
  if (events.length === 0 && until !== null && Date.parse(until) > Date.parse(at) && stepOf(state, payload.step)?.status === 'running') {
    await context.ports.timers.set({ id: waitTimer(context.tenant, payload.deployment, payload.step), at: until, payload });
  }
}

/** What the timer of a wait is called. */
export function waitTimer(tenant: string, deployment: string, step: string): string {
  return `wait/${tenant}/${deployment}/${step}`;
}
