import type { AdapterAnswer, Command, SecretValues } from '#contracts/adapter';
import { neededReady, placementOf, sidesOf } from '#agent/component/placement';
import type { Placement } from '#agent/component/placement';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import { fingerprintOf } from '#agent/processes/side-record';

/** How far a command is. `starting` and `settling` are asked about again. */
export type ApplyProgress = { readonly state: 'pending' | 'done' | 'failed'; readonly reason: string };

/** Starting and draining are looked at five times a second. */
const LOOK_SECONDS = 0.2;

/** Takes a command on: its sides are kept, and what it needs starts. Traffic stays where it is. */
export function beginApply(component: SupervisedComponent, command: Command, secrets: SecretValues): void {
  for (const spec of [command.desired.new, command.desired.stable]) if (spec !== null) component.instances.keepSide(fingerprintOf(spec), { spec, secrets });
  const desired = placementOf(command.desired);
  component.forgetProxyProblem();
  component.update({ pending: { command: command.id, desired, stage: 'starting', deadline: command.deadline } });
  // What has failed before is tried at once: the command may be the cure, such as a secret that was corrected.
  for (const { side } of sidesOf(desired)) for (const instance of component.instances.ofSide(side)) if (!instance.ready) instance.tryAgain();
}

/** Says how far the command on its way is, and moves it on: from starting to settling when all that it needs is ready, and to its end. */
export function advanceApply(component: SupervisedComponent, late: boolean): ApplyProgress {
  const { pending, current } = component.record;
  if (pending === null) return { state: 'failed', reason: 'the command is not on its way' };
  if (pending.stage === 'starting') {
    const trouble = startTrouble(component, current, pending.desired) ?? (late ? `not done before the command's deadline: ${waitingFor(component, current, pending.desired)}` : undefined);
    if (trouble !== undefined) {
      component.update({ pending: null });
      return { state: 'failed', reason: trouble };
    }
    const waiting = waitingFor(component, current, pending.desired);
    if (waiting !== '') return { state: 'pending', reason: waiting };
    component.update({ current: pending.desired, pending: { ...pending, stage: 'settling' } });
  }
  if (!component.settled) return { state: 'pending', reason: 'traffic was moved; what is not wanted is drained and stopped' };
  component.update({ pending: null });
  return { state: 'done', reason: doneReason(component) };
}

/** An answer in the adapter's words. */
export function answerOf(progress: ApplyProgress): AdapterAnswer {
  switch (progress.state) {
    case 'pending': return { state: 'pending', checkAfterSeconds: LOOK_SECONDS, reason: progress.reason };
    case 'done': return { state: 'done', reason: progress.reason };
    case 'failed': return { state: 'failed', reason: progress.reason };
  }
}

function startTrouble(component: SupervisedComponent, current: Placement, desired: Placement): string | undefined {
  if (component.proxyProblem?.refused === true) return component.proxyProblem.reason;
  for (const { side, release } of sidesOf(desired)) {
    const needed = neededReady(current, desired, side);
    const instances = component.instances.ofSide(side);
    const failure = instances.find((one) => one.startFailure !== null)?.startFailure;
    if (needed > 0 && failure !== undefined && failure !== null && instances.filter((one) => one.startFailure === null).length < needed) return `release ${release}: ${failure}`;
  }
  return undefined;
}

/** What is not ready yet, in words; empty when traffic can move. */
function waitingFor(component: SupervisedComponent, current: Placement, desired: Placement): string {
  if (component.proxyProblem !== undefined) return component.proxyProblem.reason;
  const missing = sidesOf(desired).flatMap(({ side, release }) => {
    const ready = component.instances.ofSide(side).filter((one) => one.ready).length;
    const needed = neededReady(current, desired, side);
    return ready < needed ? [`release ${release}: ${ready} of ${needed} instances are ready`] : [];
  });
  if (missing.length > 0) return missing.join('; ');
  return component.proxied ? '' : 'the proxy is being told';
}

function doneReason(component: SupervisedComponent): string {
  const { current } = component.record;
  const sides = sidesOf(current).map((side) => `${side.replicas} of release ${side.release}`);
  const where = component.ports.length === 0 ? '' : `, reached on port ${component.ports.join(' and ')}`;
  return sides.length === 0 ? 'nothing of it runs' : `runs ${sides.join(' and ')}, ${current.weightPercent} % of the traffic on the new side${where}`;
}
