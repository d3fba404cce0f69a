import type { Context } from '#application/context';
import { Failure } from '#contracts/errors';
import type { NewEvent } from '#contracts/events';
import { payloadOf } from '#contracts/upcast';
import { decide } from '#domain/deployment/decide';
import type { DeploymentCommand } from '#domain/deployment/command';
import type { deploymentEventPayloads } from '#domain/deployment/events';
import type { DeploymentEvent } from '#domain/deployment/events';
import { evolve, foldDeployment } from '#domain/deployment/evolve';
import { plan as planSchema } from '#domain/deployment/plan';
import type { Plan } from '#domain/deployment/plan';
import type { DeploymentState } from '#domain/deployment/state';
import type { Rejection } from '#domain/rejection';
import type { StoredEvent } from '#ports/event-store';

/** A deployment and the version of its stream. */
export type LoadedDeployment = { readonly state: DeploymentState; readonly version: number };

/** The stream of a deployment. */
export function deploymentStream(id: string): string {
  return `deployment/${id}`;
}

/**
 * The states of deployments that were folded last, by the stored event that they end with. A store that gives the same object for the same event
 * (the standalone engine's does) spares the fold of what was folded before: a deployment of fifty events is loaded some fifty times.
 */
const folded = new WeakMap<StoredEvent, DeploymentState>();

/** Folds a deployment's stream, strongly consistent; `undefined` when there is none. */
export async function loadDeployment(context: Context, id: string): Promise<LoadedDeployment | undefined> {
  const stored = await context.ports.events.read({ tenant: context.tenant, stream: deploymentStream(id) });
  const from = stored.findLastIndex((event) => folded.has(event));
  const [known, last] = [stored[from], stored.at(-1)];
  const before = known === undefined ? undefined : folded.get(known);
  const events = stored.slice(from + 1).map(parseDeploymentEvent);
  const plans = await plansOf(context, events);
  const state = foldDeployment(events, { id, plans: lookup(plans), before });
  if (state === undefined || last === undefined) return undefined;
  // One state for each deployment is enough.
  if (known !== undefined) folded.delete(known);
  folded.set(last, state);
  return { state, version: stored.length };
}

/** As `loadDeployment`. @throws Failure `not-found`. */
export async function requireDeployment(context: Context, id: string): Promise<LoadedDeployment> {
  const loaded = await loadDeployment(context, id);
  if (loaded === undefined) throw new Failure('not-found', `there is no deployment ${id}`);
  return loaded;
}

/** What came of a command: the deployment after it, and the events that it made. */
export type Decided = LoadedDeployment & { readonly events: readonly DeploymentEvent[] };

/**
 * A writer that lost a race reads and decides again at once; each round one writer wins, so 10 rounds serve 10 writers of one
 * deployment at the same moment, more than its machine, agents and people make.
 */
const MAXIMUM_ROUNDS = 10;

/**
 * Reads, folds, decides and appends; repeats when somebody else wrote in between. With `onlyVersion` the stream must have that version.
 * @throws Failure `not-found`, `precondition-failed`, `version-conflict`, or what the domain's rejection becomes.
 */
export async function decideAndAppend(context: Context, id: string, command: DeploymentCommand, onlyVersion?: number): Promise<Decided> {
  for (let round = 1; ; round += 1) {
    const loaded = await requireDeployment(context, id);
    if (onlyVersion !== undefined && onlyVersion !== loaded.version) throw new Failure('precondition-failed', `the deployment has version ${loaded.version}, not ${onlyVersion}`);
    const decision = decide(loaded.state, command);
    if (!decision.accepted) throw failureOf(decision.rejection);
    if (decision.events.length === 0) return { ...loaded, events: [] };
    try {
      return await append(context, loaded, decision.events);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'version-conflict' || round >= MAXIMUM_ROUNDS) throw error;
    }
  }
}

async function append(context: Context, loaded: LoadedDeployment, events: readonly DeploymentEvent[]): Promise<Decided> {
  const { id } = loaded.state;
  const at = events[0]?.at ?? loaded.state.updatedAt;
  const { version } = await context.ports.events.append({ tenant: context.tenant, stream: deploymentStream(id), expectedVersion: loaded.version, events: events.map(asNewEvent), at, traceId: context.traceId });
  const plans = await plansOf(context, events);
  const state = events.reduce((before, event) => evolve(before, event, { id, plans: lookup(plans) }), loaded.state);
  return { state, version, events };
}

/** An event of a deployment as the store takes it. */
export function asNewEvent(event: DeploymentEvent): NewEvent {
  const { at: _at, ...rest } = event;
  return rest;
}

/** Parses a stored event of a deployment's stream. */
export function parseDeploymentEvent(stored: Pick<StoredEvent, 'type' | 'schemaVersion' | 'payload' | 'at'>): DeploymentEvent {
  const type = stored.type as keyof typeof deploymentEventPayloads;
  return { type, payload: payloadOf(type, stored), at: stored.at } as DeploymentEvent;
}

/** A rejection of the domain as the failure that the outside is told. */
export function failureOf(rejection: Rejection): Failure {
  const code = rejection.code === 'freeze-active' ? 'freeze-active' : rejection.kind === 'conflict' ? 'conflict' : 'rule-broken';
  const errors = rejection.field === undefined ? {} : { errors: [{ field: rejection.field, rule: rejection.reason, value: rejection.value }] };
  return new Failure(code, { detail: rejection.reason, ...errors });
}

async function plansOf(context: Context, events: readonly DeploymentEvent[]): Promise<ReadonlyMap<string, Plan>> {
  const digests = events.flatMap((event) => (event.type === 'DeploymentPlanned' && 'digest' in event.payload.plan ? [event.payload.plan.digest] : []));
  const found = new Map<string, Plan>();
  for (const digest of digests) {
    const content = await context.ports.blobs.get(context.tenant, digest);
    if (content === undefined) throw new Failure('internal-error', `the plan ${digest} is missing from the blobs`);
    found.set(digest, planSchema.parse(JSON.parse(new TextDecoder().decode(content))));
  }
  return found;
}

function lookup(plans: ReadonlyMap<string, Plan>) {
  return (digest: string): Plan => {
    const plan = plans.get(digest);
    if (plan === undefined) throw new Failure('internal-error', `the plan ${digest} was not read`);
    return plan;
  };
}
