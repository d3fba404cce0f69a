import type { AdapterAnswer, Command } from '#contracts/adapter';
import { isProxied, placementOf, shareOf, sidesOf } from '#agent/component/placement';
import { smokeRequest } from '#agent/component/smoke-request';
import type { SupervisedComponent } from '#agent/component/supervised-component';

/** What was found healthy longer ago than this is looked at again first. */
const FRESH_MILLISECONDS = 3000;

const LOOK_SECONDS = 0.5;

/**
 * Says whether what a command names runs here, is healthy and has its share of the traffic, and where one side has all of it, whether a
 * request through the proxy is answered. Changes nothing.
 */
export async function verifyCommand(component: SupervisedComponent | undefined, command: Command, listenHost: string): Promise<AdapterAnswer> {
  const found = lookAt(component, command);
  if (component === undefined || found.state !== 'done') return found;
  return await askAsClient(component, { command, listenHost, found });
}

function lookAt(component: SupervisedComponent | undefined, command: Command): AdapterAnswer {
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

type Asked = { readonly command: Command; readonly listenHost: string; readonly found: AdapterAnswer };

/** Only where one side has all the traffic the answer is certainly that side's, and no arm of a running comparison gets a request of ours. */
async function askAsClient(component: SupervisedComponent, { command, listenHost, found }: Asked): Promise<AdapterAnswer> {
  const desired = placementOf(command.desired);
  const whole = sidesOf(desired).find((side) => side.replicas > 0 && shareOf(desired, side.side) === 100);
  const spec = whole === undefined ? undefined : component.specOf(whole.side);
  const [port] = component.ports;
  if (spec === undefined || !isProxied(spec) || port === undefined || command.desired.weightPercent !== 100) return found;
  const { passed, reason } = await smokeRequest({ host: reachedAt(listenHost), port }, spec);
  return passed ? { state: 'done', reason: `runs and is healthy; ${reason}` } : { state: 'pending', checkAfterSeconds: LOOK_SECONDS, reason };
}

/** An address that stands for all of the machine is reached on the loopback one. */
function reachedAt(listenHost: string): string {
  return listenHost === '0.0.0.0' || listenHost === '::' ? '127.0.0.1' : listenHost;
}
