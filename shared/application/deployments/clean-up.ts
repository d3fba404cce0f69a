import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, loadDeployment } from '#application/deployments/load-deployment';
import { touched } from '#domain/deployment/state';
import type { Lease } from '#ports/lease';

/**
 * How long the commands of a clean-up are good for: nobody waits for them, so a target that is away does them when it is back, also after
 * a long weekend.
 */
export const CLEANUP_DAYS = 7;

/** In seconds. */
export const CLEANUP_SECONDS = CLEANUP_DAYS * 86_400;

/** While a later deployment holds the lease and has not changed anything yet, it is looked again so much later: whether it will is not known before. */
const POSTPONED_SECONDS = 60;

/** An event's reason has at most so many characters. */
const LONGEST_REASON_CHARACTERS = 2000;

/** The timer of a deployment's clean-up: of its begin, and then of its last moment. */
export async function setCleanUp(context: Context, deployment: string, at: string): Promise<void> {
  await context.ports.timers.set({ id: `cleanup/${context.tenant}/${deployment}`, at, payload: { kind: 'cleanup', tenant: context.tenant, deployment } });
}

/**
 * Stops the old side of a succeeded deployment after its delay. A deployment that has changed one of the targets since takes the old side over:
 * its commands say what runs, and its higher generation fences this one's. One that only held the lease, because all was there already or it
 * was turned away, has taken nothing over; and where only some targets were changed, these refuse what is left for the others to do. What no target has done in time is given up.
 */
export async function cleanUp(context: Context, deployment: string): Promise<void> {
  const loaded = await loadDeployment(context, deployment);
  const plan = loaded?.state.plan;
  if (loaded === undefined || plan === null || plan === undefined || loaded.state.cleanupAt === null) return;
  const running = loaded.state.steps.find((one) => one.phase === 'cleanup' && one.status === 'running');
  if (running !== undefined) {
    await awaitReports(context, deployment, running.startedAt ?? loaded.state.updatedAt);
    return;
  }
  const { targets } = plan.cleanup?.step ?? { targets: [] };
  const leases = (await Promise.all(targets.map(async (target) => await context.ports.leases.read(context.tenant, target, loaded.state.request.application)))).flat();
  const changed = await changedBy(context, deployment, leases);
  if (changed.length > 0 && changed.length === leases.length) {
    await decideAndAppend(context, deployment, { type: 'FinishCleanup', outcome: 'takenOver', reason: `a later deployment changes ${changed.join(', ')}`.slice(0, LONGEST_REASON_CHARACTERS), at: nowOf(context) });
    return;
  }
  if (leases.some((lease) => lease.holder !== null)) {
    await setCleanUp(context, deployment, new Date(context.ports.clock.now() + POSTPONED_SECONDS * 1000).toISOString());
    return;
  }
  await decideAndAppend(context, deployment, { type: 'Dispatch', step: 'cleanup', at: nowOf(context) });
  await awaitReports(context, deployment, nowOf(context));
}

/** The targets that a later deployment has changed: the one that holds the lease, or the last one that succeeded there. The others it has left as they were. */
async function changedBy(context: Context, deployment: string, leases: readonly Lease[]): Promise<readonly string[]> {
  const changed = new Set<string>();
  for (const { target, holder, stableBy } of leases) {
    for (const other of new Set([holder, stableBy])) {
      if (other === null || other === deployment) continue;
      const loaded = await loadDeployment(context, other);
      if (loaded === undefined || touched(loaded.state).targets.includes(target)) changed.add(target);
    }
  }
  return [...changed];
}

/** Ends a clean-up of which the time is over; sets the timer for that where it is not. */
async function awaitReports(context: Context, deployment: string, startedAt: string): Promise<void> {
  const deadline = new Date(Date.parse(startedAt) + CLEANUP_SECONDS * 1000).toISOString();
  if (nowOf(context) < deadline) await setCleanUp(context, deployment, deadline);
  else await decideAndAppend(context, deployment, { type: 'FinishCleanup', outcome: 'failed', reason: `not every target reported within ${CLEANUP_DAYS} days`, at: nowOf(context) });
}
