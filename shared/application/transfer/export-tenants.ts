import { looksStream } from '#application/analysis/start-looks';
import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import { everyDocument } from '#application/every-document';
import { openDeployments } from '#application/resources/open-deployments';
import { OPERATOR_TENANT, asOperator, requireTenant, tenantStream } from '#application/tenants/load-tenant';
import { ACTIVE } from '#application/tenants/tenant-document';
import { Failure } from '#contracts/errors';
import { TRANSFER_FORM } from '#contracts/transfer';
import type { TransferLine } from '#contracts/transfer';
import { payloadOf } from '#contracts/upcast';
import { BACKGROUND } from '#domain/deployment/state';
import type { StoredEvent } from '#ports/event-store';

/** How many events, keys and secrets are read at a time. */
const PAGE = 200;

/** What is exported. `seal` seals a secret's value with the master key; without it, secrets' values stay where they are. */
export type ExportOptions = { readonly version: string; readonly tenant?: string; seal?(value: string, secret: { readonly tenant: string; readonly name: string; readonly version: number }): Uint8Array };

/**
 * Everything of one tenant, or of all and the operator, that another installation needs to go on from here, as lines. Nothing is changed. The
 * installation must rest: what happens meanwhile may be in it or not.
 * @throws Failure `not-found` for an unknown tenant; `conflict` while a deployment has not ended, which names it
 */
export async function* exportTenants(context: Context, options: ExportOptions): AsyncGenerator<TransferLine> {
  const tenants = options.tenant === undefined ? await tenantsOf(context) : [(await requireTenant(context, options.tenant)).view.name];
  for (const tenant of tenants) await requireRest({ ...context, tenant });
  yield { kind: 'sluice-export', form: TRANSFER_FORM, version: options.version, at: nowOf(context), tenants: [...tenants] };
  let lines = 1;
  for await (const line of linesOf(context, tenants, options)) {
    yield line;
    lines += 1;
  }
  yield { kind: 'end', lines: lines + 1 };
}

async function* linesOf(context: Context, tenants: readonly string[], options: ExportOptions): AsyncGenerator<TransferLine> {
  if (options.tenant !== undefined) {
    for (const event of await context.ports.events.read({ tenant: OPERATOR_TENANT, stream: tenantStream(options.tenant) })) yield { kind: 'event', event };
  }
  for (const tenant of tenants) yield* exportTenant({ ...context, tenant }, options);
}

async function tenantsOf(context: Context): Promise<readonly string[]> {
  const tenants = [OPERATOR_TENANT];
  for await (const { key } of everyDocument(asOperator(context), 'tenants', ACTIVE)) tenants.push(key);
  return tenants;
}

async function requireRest(context: Context): Promise<void> {
  const open = (await openDeployments(context)).map(({ state }) => state.id);
  if (open.length > 0) throw new Failure('conflict', { detail: `The tenant ${context.tenant} has deployments that have not ended: ${open.join(', ')}. What runs cannot be moved: let them end, or abort them.`, context: { deployments: open } });
}

async function* exportTenant(context: Context, options: ExportOptions): AsyncGenerator<TransferLine> {
  const targets = new Set<string>();
  const deployments = new Set<string>();
  for await (const event of feedOf(context)) {
    const planned = event.type === 'DeploymentPlanned' ? payloadOf('DeploymentPlanned', event).plan : undefined;
    if (planned !== undefined && 'digest' in planned) yield await blobLine(context, planned.digest);
    if (event.type === 'DeploymentPlanned') deployments.add(event.stream.slice('deployment/'.length));
    if (event.type === 'ResourceApplied') {
      const { resource } = payloadOf('ResourceApplied', event);
      if (resource.kind === 'Target') targets.add(resource.metadata.name);
    }
    yield { kind: 'event', event };
  }
  for (const deployment of deployments) yield* looksOf(context, deployment);
  yield* keysOf(context);
  for (const target of targets) yield* leasesOf(context, target);
  for await (const { key, version, document } of everyDocument(context, 'targets')) yield { kind: 'claim', tenant: context.tenant, target: key, version, document };
  if (options.seal !== undefined) yield* secretsOf(context, options.seal);
}

async function* feedOf(context: Context): AsyncGenerator<StoredEvent> {
  let after: string | undefined;
  do {
    const page = await context.ports.events.readFeed(context.tenant, after, PAGE);
    for (const { cursor: _cursor, ...event } of page) yield event;
    after = page.at(-1)?.cursor;
  } while (after !== undefined);
}

async function blobLine({ ports, tenant }: Context, digest: string): Promise<TransferLine> {
  const content = await ports.blobs.get(tenant, digest);
  if (content === undefined) throw new Failure('internal-error', `the plan ${digest} is missing from the blobs`);
  return { kind: 'blob', tenant, digest, content: Buffer.from(content).toString('base64') };
}

/** Looks are in no feed; their streams are named by the deployment's analyses and how often each was begun. */
async function* looksOf(context: Context, deployment: string): AsyncGenerator<TransferLine> {
  const state = (await loadDeployment(context, deployment))?.state;
  if (state === undefined) return;
  for (const step of [null, ...state.steps.flatMap((one) => (one.step.kind === 'analyse' ? [one.step.id] : []))]) {
    const runs = state.runs[step ?? BACKGROUND] ?? 1;
    for (let run = 1; run <= runs; run += 1) {
      for (const event of await context.ports.events.read({ tenant: context.tenant, stream: looksStream(deployment, { step, run }) })) yield { kind: 'event', event };
    }
  }
}

async function* keysOf({ ports, tenant }: Context): AsyncGenerator<TransferLine> {
  let after: string | undefined;
  do {
    const page = await ports.keys.list(tenant, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const key of page) yield { kind: 'key', key };
    after = page.length < PAGE ? undefined : page.at(-1)?.id;
  } while (after !== undefined);
}

async function* leasesOf({ ports, tenant }: Context, target: string): AsyncGenerator<TransferLine> {
  for (const { application, generation, stable, stableBy } of await ports.leases.read(tenant, target)) yield { kind: 'lease', tenant, target, application, generation, stable, stableBy };
}

async function* secretsOf({ ports, tenant }: Context, seal: NonNullable<ExportOptions['seal']>): AsyncGenerator<TransferLine> {
  let after: string | undefined;
  do {
    const page = await ports.secrets.list(tenant, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { name, version, updatedAt } of page) {
      const value = await ports.secrets.reveal(tenant, name);
      if (value !== undefined) yield { kind: 'secret', tenant, name, version, at: updatedAt, sealed: Buffer.from(seal(value, { tenant, name, version })).toString('base64') };
    }
    after = page.length < PAGE ? undefined : page.at(-1)?.name;
  } while (after !== undefined);
}
