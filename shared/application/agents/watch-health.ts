import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend } from '#application/deployments/load-deployment';
import type { ComponentHealth } from '#contracts/adapter';

/**
 * Lets a running deployment know when its new release has failed on a target: an instance that was ready and has crashed for good.
 * Only components in the state Failed count; a restart that helps is no loss.
 */
export async function watchHealth(context: Context, target: string, components: readonly ComponentHealth[]): Promise<void> {
  const failed = components.filter((one) => one.state === 'Failed');
  if (failed.length === 0) return;
  const leases = await context.ports.leases.read(context.tenant, target);
  for (const one of failed) {
    const holder = leases.find((lease) => lease.application === one.application && lease.stable?.release !== one.release)?.holder;
    if (holder === null || holder === undefined) continue;
    await decideAndAppend(context, holder, { type: 'LoseHealth', target, component: one.component, reason: one.reason, at: nowOf(context) });
  }
}
