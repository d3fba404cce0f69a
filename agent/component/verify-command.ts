import type { AdapterAnswer, Command } from '#contracts/adapter';
import { isProxied, placementOf, shareOf, sidesOf } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';

/** What was found healthy longer ago than this is looked at again first. */
const FRESH_MILLISECONDS = 3000;

const LOOK_SECONDS = 0.5;

/** Says whether what a command names runs here, is healthy and has its share of the traffic. Changes nothing. */
export function verifyCommand(component: SupervisedComponent | undefined, command: Command): AdapterAnswer {
  const desired = placementOf(command.desired);
  const sides = sidesOf(desired).filter((side) => side.replicas > 0);
  if (component === undefined) return sides.length === 0 ? { state: 'done', reason: 'nothing of it is to run, and nothing does' } : { state: 'failed', reason: `${command.application}/${command.component} does not run here` };
  const waiting: string[] = [];
  for (const { side, release, replicas } of sides) {
    const spec = component.specOf(side);
    const instances = component.instances.ofSide(side);
    const failed = instances.find((one) => one.failed);
    if (spec === undefined || instances.length < replicas) return { state: 'failed', reason: `release ${release}: ${instances.length} of ${replicas} instances run` };
    if (failed !== undefined) return { state: 'failed', reason: `release ${release}: ${failed.reason || (failed.startFailure ?? 'has failed')}`.slice(0, 2000) };
    const share = shareOf(component.record.current, side);
    if (isProxied(spec) && share !== shareOf(desired, side)) return { state: 'failed', reason: `release ${release} has ${share} % of the traffic, not ${shareOf(desired, side)} %` };
    const stale = instances.filter((one) => one.checkAgeMilliseconds > FRESH_MILLISECONDS);
    for (const one of stale) one.checkSoon();
    const ready = instances.filter((one) => one.ready).length;
    if (ready < replicas || stale.length > 0) waiting.push(`release ${release}: ${ready} of ${replicas} instances are ready${stale.length > 0 ? `, ${stale.length} are being looked at` : ''}`);
  }
  if (component.proxyProblem !== undefined) waiting.push(component.proxyProblem.reason);
  return waiting.length === 0 ? { state: 'done', reason: 'runs and is healthy' } : { state: 'pending', checkAfterSeconds: LOOK_SECONDS, reason: waiting.join('; ') };
}
