import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import { openDeploymentIds } from '#application/resources/open-deployments';
import { compareTargets } from '#application/sweep/compare-targets';
import { endedExecutions } from '#application/sweep/ended-executions';
import { isPastGrace } from '#application/sweep/finding';
import type { Attempt, DeploymentCheck, Finding, Repair } from '#application/sweep/finding';
import { liftedFreezes } from '#application/sweep/lifted-freezes';
import { lostLeases } from '#application/sweep/lost-leases';
import { lostTimers } from '#application/sweep/lost-timers';
import { missingExecutions } from '#application/sweep/missing-executions';
import type { LookRoom } from '#application/sweep/look-room';
import { nextDeployments } from '#application/sweep/next-deployments';
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

/** How many deployments of one tenant a sweep looks at: 200 × seven comparisons of some 10 ms each are 14 s, a third of a sweep's time. */
const MAXIMUM_DEPLOYMENTS = 200;

/** What came of a sweep: what was found, what went wrong while looking or repairing, and whether there were deployments but no room to look at any. */
export type Swept = { readonly findings: readonly Finding[]; readonly errors: readonly unknown[]; readonly isLeft: boolean };

const ample: Pick<LookRoom, 'ask' | 'isInTime'> = { ask: async (wanted, look) => await look(wanted), isInTime: () => true };

/**
 * Compares what should be with what is, for one tenant, repairs it and records what was found. What goes wrong with one deployment keeps
 * nobody from looking after the next. Of very many deployments it looks at as many as there is room for, and the next sweep at those that follow.
 */
export async function sweepTenant(context: Context, room = ample): Promise<Swept> {
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
  let isLeft = open.length > 0;
  if (isLeft) {
    await room.ask(Math.min(open.length, MAXIMUM_DEPLOYMENTS), async (granted) => {
      isLeft = false;
      const turn = await nextDeployments(context, open, granted);
      for (const { kind, run } of deploymentChecks) {
        for (const id of turn) await attempt({ kind, subject: `deployment/${id}` }, async () => await compare(context, run, id));
      }
    });
  }
  // Last, for by then the leases of deployments that have ended are free.
  await compareTargets(context, attempt, room.isInTime).catch((error: unknown) => errors.push(error));
  await recordFindings(context, findings);
  return { findings, errors, isLeft };
}

/** Each comparison reads the deployment anew: the one before may have moved it. */
async function compare(context: Context, run: DeploymentCheck['run'], id: string): Promise<Repair | undefined> {
  const loaded = await loadDeployment(context, id);
  return loaded === undefined || !isPastGrace(context, loaded.state.updatedAt) ? undefined : await run(context, loaded);
}
