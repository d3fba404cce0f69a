import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { decideAndAppend, loadDeployment } from '#application/deployments/load-deployment';
import type { LoadedDeployment } from '#application/deployments/load-deployment';
import { makePlan } from '#application/deployments/make-plan';
import { makeWay } from '#application/deployments/make-way';
import { readSources } from '#application/deployments/planning-sources';
import type { PlanningSources } from '#application/deployments/planning-sources';
import { contends, goesBefore, queueEntryOf, waitingFor } from '#application/deployments/queue-order';
import type { Freed } from '#application/deployments/queue-order';
import { Failure } from '#contracts/errors';
import type { Plan } from '#domain/deployment/plan';
import { isTerminal } from '#domain/deployment/state';
import type { DeploymentState } from '#domain/deployment/state';

/** A plan larger than this many bytes goes to the blobs; an event may have 32,768, and the envelope and hash need some of them. */
const LARGEST_INLINE_PLAN_BYTES = 24_576;

/**
 * Does what comes next for a deployment that is not with its machine yet: takes its place in the queue, ends what it replaces or
 * supersedes, takes the leases when it is its turn, plans against the stable of that moment, starts the execution. Idempotent; called
 * again after a crash at any point.
 */
export async function proceed(context: Context, id: string): Promise<LoadedDeployment | undefined> {
  const loaded = await loadDeployment(context, id);
  if (loaded === undefined) return undefined;
  const { state } = loaded;
  if (isTerminal(state)) {
    await context.ports.leases.dequeue(context.tenant, id);
    return loaded;
  }
  return state.plan === null ? await planWhenFree(context, state) : await started(context, loaded, state.plan);
}

async function started(context: Context, loaded: LoadedDeployment, plan: Plan): Promise<LoadedDeployment> {
  const { id } = loaded.state;
  await context.ports.leases.dequeue(context.tenant, id);
  await context.ports.workflow.start({ tenant: context.tenant, machine: plan.strategy, name: id, input: { tenant: context.tenant, deployment: id } });
  return loaded;
}

async function planWhenFree(context: Context, state: DeploymentState): Promise<LoadedDeployment> {
  const { leases } = context.ports;
  const { tenant } = context;
  const sources = await sourcesOrEnd(context, state);
  if ('state' in sources) return sources;
  const entry = queueEntryOf(state, sources);
  await leases.enqueue(tenant, entry);
  await makeWay(context, state, entry);
  const before = (await leases.queued(tenant)).filter((one) => one.deployment !== state.id && contends(one, entry) && goesBefore(one, entry));
  if (before.length > 0) return await decideAndAppend(context, state.id, { type: 'Queue', behind: before.map((one) => one.deployment).slice(0, 20), at: nowOf(context) });
  const taking = await leases.take(tenant, state.id, entry.targets.map((target) => ({ target, application: entry.application })));
  if ('heldBy' in taking) return await decideAndAppend(context, state.id, { type: 'Queue', behind: taking.heldBy.slice(0, 20), at: nowOf(context) });
  return await plan(context, state, { sources, leases: taking.taken });
}

async function plan(context: Context, state: DeploymentState, known: { readonly sources: PlanningSources; readonly leases: Parameters<typeof makePlan>[3] }): Promise<LoadedDeployment> {
  const made = await planOrEnd(context, state, known);
  if ('state' in made) return made;
  const stored = await storedPlan(context, made);
  const first = made.targets.every((one) => one.stable === null);
  const reason = first ? `first deployment of ${state.request.application} here: straight to all traffic` : `${made.strategy} in ${made.steps.length} steps`;
  const planned = await decideAndAppend(context, state.id, { type: 'RecordPlan', plan: made, stored, environmentVersion: known.sources.environment.version, reason, at: nowOf(context) });
  if (!isTerminal(planned.state)) return await started(context, planned, made);
  await endUnplanned(context, state);
  // Its end was told before it took the leases: who came in between was turned away and is told by nobody else.
  await advanceQueue(context, { application: state.request.application, targets: made.targets.map(({ name }) => name) });
  return planned;
}

async function storedPlan(context: Context, made: Plan): Promise<{ readonly digest: string } | null> {
  const content = new TextEncoder().encode(JSON.stringify(made));
  return content.byteLength <= LARGEST_INLINE_PLAN_BYTES ? null : { digest: await context.ports.blobs.put(context.tenant, content) };
}

/** What was there at the request may have been deleted or changed while it waited: then the deployment ends, with the reason. */
async function sourcesOrEnd(context: Context, state: DeploymentState): Promise<PlanningSources | LoadedDeployment> {
  try {
    return await readSources(context, state.request);
  } catch (error) {
    return await endWith(context, state, error);
  }
}

async function planOrEnd(context: Context, state: DeploymentState, known: { readonly sources: PlanningSources; readonly leases: Parameters<typeof makePlan>[3] }): Promise<Plan | LoadedDeployment> {
  try {
    return await makePlan(context, state.request, known.sources, known.leases);
  } catch (error) {
    return await endWith(context, state, error);
  }
}

async function endWith(context: Context, state: DeploymentState, error: unknown): Promise<LoadedDeployment> {
  if (!(error instanceof Failure) || (error.code !== 'unknown-reference' && error.code !== 'rule-broken')) throw error;
  const ended = await decideAndAppend(context, state.id, { type: 'Abort', cause: 'aborted', by: { id: 'sluice', name: 'sluice' }, comment: `it can no longer be planned: ${error.detail.detail}`, at: nowOf(context) });
  await endUnplanned(context, state);
  return ended;
}

async function endUnplanned(context: Context, state: DeploymentState): Promise<void> {
  await context.ports.leases.free(context.tenant, state.id, {});
  await context.ports.leases.dequeue(context.tenant, state.id);
}

/**
 * Tries the queued requests to whom it matters that something was freed, in order; those whose targets are held stay queued. Who waits for it all the same, as one that found a lease
 * held for a moment by somebody who gave it back, is found by the sweep, which tries them all.
 */
export async function advanceQueue(context: Context, freed: Freed): Promise<void> {
  for (const entry of waitingFor(freed, await context.ports.leases.queued(context.tenant))) await proceed(context, entry.deployment);
}
