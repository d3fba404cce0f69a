import { looksStream, openAnalyses, setLook, startLooks } from '#application/analysis/start-looks';
import type { OpenAnalysis } from '#application/analysis/start-looks';
import { loadTemplate } from '#application/analysis/template';
import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import type { DeploymentCheck } from '#application/sweep/finding';
import { onTimer } from '#application/timer';
import { payloadOf } from '#contracts/upcast';
import { isDispatched } from '#domain/deployment/plan';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/**
 * A timer fires at its second, and after an outage at once; one that fails is tried for some minutes. Whatever is overdue by four minutes
 * has no timer any more, and there is still time before a machine gives a bake up (300 s after its end).
 */
const LOST_SECONDS = 240;

/** What ends by a timer has ended by its time: a bake, a pause or an approval with an end, a freeze's hold, and each look of an analysis. */
export const lostTimers: DeploymentCheck = {
  kind: 'timer-lost',
  run: async (context, { state }) => {
    if (isTerminal(state)) return undefined;
    const about = { tenant: context.tenant, deployment: state.id };
    const overdue = state.steps.find((one) => one.status === 'running' && !isDispatched(one.step) && one.step.kind !== 'analyse' && isLost(context, one.until));
    if (overdue !== undefined) await onTimer(context, { kind: 'wait-over', ...about, step: overdue.step.id });
    const frozen = state.paused?.by === 'freeze' && isLost(context, state.paused.until);
    if (frozen) await onTimer(context, { kind: 'freeze-over', ...about });
    const silent = await silentAnalyses(context, state);
    const after = await loadDeployment(context, state.id);
    if (after?.state.updatedAt === state.updatedAt && silent.length === 0) return undefined;
    const what = [...(overdue === undefined ? [] : [`the end of ${overdue.step.id}`]), ...(frozen ? ['the end of a freeze'] : []), ...silent.map((one) => `the next look of ${one}`)];
    return { repaired: true, reason: `there was no timer for ${what.join(', ')}` };
  },
};

function isLost(context: Context, at: string | null): boolean {
  return at !== null && context.ports.clock.now() - Date.parse(at) >= LOST_SECONDS * 1000;
}

/** Sets the look of each analysis that should have had one long ago; answers which. */
async function silentAnalyses(context: Context, state: DeploymentState): Promise<readonly string[]> {
  const silent: string[] = [];
  for (const open of openAnalyses(state)) {
    const template = await loadTemplate(context, open);
    if (template === undefined) continue;
    const last = await context.ports.events.readLast({ tenant: context.tenant, stream: looksStream(state.id, open) });
    const nextAt = Date.parse(last?.at ?? open.since) + (template.lookSeconds + (last === undefined ? template.initialDelaySeconds : 0)) * 1000;
    if (!isLost(context, new Date(nextAt).toISOString())) continue;
    if (last === undefined) await startLooks(context, state.id);
    else await setNextLook(context, { state, open, lookSeconds: template.lookSeconds }, payloadOf('LookTaken', last));
    silent.push(open.step ?? 'the background');
  }
  return silent;
}

async function setNextLook(context: Context, about: { readonly state: DeploymentState; readonly open: OpenAnalysis; readonly lookSeconds: number }, last: { readonly look: number; readonly toSecond: number }): Promise<void> {
  const { state, open, lookSeconds } = about;
  await setLook(context, state.id, { ...open, look: last.look + 1, startSecond: last.toSecond - last.look * lookSeconds, lookSeconds });
}
