import type { z } from 'zod';

import type { CallContext, Caller } from '#application/context';
import { nowOf } from '#application/context';
import { deploymentStream } from '#application/deployments/load-deployment';
import type { LoadedDeployment } from '#application/deployments/load-deployment';
import { makePlan, readLeases } from '#application/deployments/make-plan';
import { readSources } from '#application/deployments/planning-sources';
import type { PlanningSources } from '#application/deployments/planning-sources';
import { proceed } from '#application/deployments/proceed';
import type { OperationHandlers } from '#application/handlers';
import { Failure } from '#contracts/errors';
import type { deploymentRequest } from '#contracts/http/deployment-routes';
import type { Actor } from '#domain/deployment/events';
import type { DeploymentRequest } from '#domain/deployment/state';
import { freezeAt } from '#domain/gates/freeze';

/** Where a request comes from, beside its body. */
export type Origin = { readonly retryOf: string | null; readonly rollbackOf: string | null };

/**
 * Takes a request for a deployment: checks what it names, the freezes and its plan; appends DeploymentRequested; plans and starts it, or
 * leaves it in the queue. @throws Failure `unknown-reference`, `rule-broken`, `freeze-active`, `already-running`; then nothing was changed.
 */
export async function requestDeployment(context: CallContext, body: z.output<typeof deploymentRequest>, origin: Origin): Promise<LoadedDeployment> {
  const now = nowOf(context);
  const id = context.ports.ids.deployment(context.ports.clock.now());
  const known = await proceed(context, id);
  // Only a repetition has a known id, of a request that was lost after it was taken.
  if (known !== undefined) return known;
  const request: DeploymentRequest = {
    deployment: id, application: body.application, release: body.release, environment: body.environment, strategy: body.strategy ?? null, priority: body.priority, ifRunning: body.ifRunning,
    requestedBy: actorOf(context.caller), ...origin,
  };
  const sources = await readSources(context, request);
  if (origin.rollbackOf === null) refuseInFreeze(sources, now);
  const leases = await readLeases(context, body.application, sources);
  await makePlan(context, request, sources, leases);
  const holders = [...new Set(leases.flatMap((lease) => (lease.holder === null ? [] : [lease.holder])))];
  if (body.ifRunning === 'refuse' && holders.length > 0) throw new Failure('already-running', `${holders.join(', ')} holds a target of this request`);
  await context.ports.events.append({ tenant: context.tenant, stream: deploymentStream(id), expectedVersion: 0, events: [{ type: 'DeploymentRequested', payload: request }], at: now, traceId: context.traceId });
  const proceeded = await proceed(context, id);
  if (proceeded === undefined) throw new Failure('internal-error', `the deployment ${id} is not to be found after it was requested`);
  return proceeded;
}

/** What the plan of a request would be; nothing is changed. */
export const planDeployment: OperationHandlers['planDeployment'] = async (context, { body }) => {
  const sources = await readSources(context, { ...body, strategy: body.strategy ?? null });
  const plan = await makePlan(context, { application: body.application, rollbackOf: null }, sources, await readLeases(context, body.application, sources));
  return { body: { application: body.application, release: body.release, environment: body.environment, plan } };
};

/** The actor that events name for a caller. */
export function actorOf(caller: Caller): Actor {
  return { id: caller.keyId, name: caller.keyName };
}

/** Refuses while a freeze holds the environment. @throws Failure `freeze-active` with the freeze's end. */
function refuseInFreeze(sources: PlanningSources, now: string): void {
  const freeze = freezeAt(sources.environment.spec.freezes, now);
  if (freeze === undefined) return;
  const words = freeze.reason === null ? '' : ` (${freeze.reason})`;
  throw new Failure('freeze-active', { detail: `the freeze ${freeze.name}${words} forbids changes until ${freeze.endsAt}`, context: { freeze: freeze.name, endsAt: freeze.endsAt } });
}
