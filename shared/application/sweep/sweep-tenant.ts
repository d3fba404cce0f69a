import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import { openDeploymentIds } from '#application/resources/open-deployments';
import { endedExecutions } from '#application/sweep/ended-executions';
import { isPastGrace } from '#application/sweep/finding';
import type { Attempt, DeploymentCheck, Finding, Repair } from '#application/sweep/finding';
import { liftedFreezes } from '#application/sweep/lifted-freezes';
import { lostLeases } from '#application/sweep/lost-leases';
import { lostTimers } from '#application/sweep/lost-timers';
import { missingExecutions } from '#application/sweep/missing-executions';
import { parkedTokens } from '#application/sweep/parked-tokens';
import { recordFindings } from '#application/sweep/record-findings';
import { bringInReadModels } from '#application/sweep/stale-read-models';
import { waitingRequests } from '#application/sweep/waiting-requests';
import { Failure } from '#contracts/errors';

/**
 * The comparisons for each deployment. Leases come first, because what they free may be what a request waits for. Before them come the
 * read models: a request that got no further than its stream is found there.
 */
const deploymentChecks: readonly DeploymentCheck[] = [lostLeases, waitingRequests, missingExecutions, endedExecutions, lostTimers, liftedFreezes, parkedTokens];

/** What came of a sweep: what was found, and what went wrong while looking or repairing. */
export type Swept = { readonly findings: readonly Finding[]; readonly errors: readonly unknown[] };

/**
 * Compares what should be with what is, for one tenant, repairs it and records what was found. What goes wrong with one deployment keeps
 * nobody from looking after the next.
 */
export async function sweepTenant(context: Context): Promise<Swept> {
  const findings: Finding[] = [];
  const errors: unknown[] = [];
  const attempt: Attempt = async (about, look) => {
    try {
      const finding = await look();
      if (finding !== undefined) findings.push({ ...about, ...finding });
    } catch (error) {
      errors.push(error);
      findings.push({ ...about, repaired: false, reason: `the sweep failed here: ${error instanceof Failure ? error.detail.detail : 'an unexpected error, see the log'}` });
      return error;
    }
    return undefined;
  };
  await bringInReadModels(context, attempt);
  // Read once: it is most of what a sweep of a tenant at rest costs, and who becomes open meanwhile is the next sweep's.
  const open = await openDeploymentIds(context);
  for (const { kind, run } of deploymentChecks) {
    for (const id of open) await attempt({ kind, subject: `deployment/${id}` }, async () => await compare(context, run, id));
  }
  await recordFindings(context, findings);
  return { findings, errors };
}

/** Each comparison reads the deployment anew: the one before may have moved it. */
async function compare(context: Context, run: DeploymentCheck['run'], id: string): Promise<Repair | undefined> {
  const loaded = await loadDeployment(context, id);
  return loaded === undefined || !isPastGrace(context, loaded.state.updatedAt) ? undefined : await run(context, loaded);
}
