import type { Check } from '#domain/deployment/events';
import type { DeploymentState } from '#domain/deployment/state';
import { takesTraffic } from '#domain/resources/application';

/**
 * The checks after a deployment, from what its steps and analyses found: `health`, `smoke` and `analysis`. A target that verifies a component
 * under all traffic asks it as a client does; `smoke` tells what each component's last verification found there.
 */
export function checksAfter(state: Pick<DeploymentState, 'steps' | 'verdicts' | 'plan'>): readonly Check[] {
  const verified = state.steps.filter((one) => one.step.kind === 'verify' && one.status === 'succeeded');
  const last = verified.at(-1);
  const latest = new Map(verified.flatMap((one) => one.commands).map((one) => [`${one.target}/${one.component}`, one.reason]));
  const health: Check = last === undefined
    ? { check: 'health', outcome: 'skipped', reason: 'nothing was changed' }
    : { check: 'health', outcome: 'passed', reason: `${latest.size} ${latest.size === 1 ? 'component' : 'components'} verified, the last at ${last.endedAt ?? ''}` };
  const answers = [...latest].map(([place, reason]) => `${place}: ${reason}`).join('; ').slice(0, 1000);
  const asked = state.plan === null || state.plan.components.some((one) => takesTraffic(one.type) && one.change === 'replace');
  const unasked = last === undefined ? 'nothing was changed' : asked ? undefined : `nothing that was changed takes requests; ${answers}`.slice(0, 1000);
  const smoke: Check = unasked === undefined ? { check: 'smoke', outcome: 'passed', reason: answers } : { check: 'smoke', outcome: 'skipped', reason: unasked };
  const verdict = state.verdicts.at(-1);
  const analysis: Check = verdict === undefined
    ? { check: 'analysis', outcome: 'skipped', reason: 'the strategy has no analysis, or it saw nothing to object to' }
    : { check: 'analysis', outcome: verdict.verdict === 'Successful' ? 'passed' : 'skipped', reason: `${verdict.verdict}${verdict.verdict === 'Successful' ? '' : ', and a person went on'}: ${verdict.reason}`.slice(0, 1000) };
  return [health, smoke, analysis];
}
