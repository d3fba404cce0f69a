import type { Context } from '#application/context';
import { loadDeployment } from '#application/deployments/load-deployment';
import { summaryIndex } from '#application/deployments/summary-index';
import { summaryOf } from '#application/deployments/view';
import type { Projector } from '#application/handlers';
import { hideResource, showResource } from '#application/resources/resource-document';
import { hideTenant, showTenant } from '#application/tenants/tenant-document';
import type { EventEnvelope } from '#contracts/events';
import { payloadOf } from '#contracts/upcast';
import { documentKey, referenceOf } from '#domain/resources/reference';
import type { ReadModelName } from '#ports/read-model';

/** What all streams of deployments begin with. */
const DEPLOYMENT = 'deployment/';

/** What an event changes in a read model, and how. */
type Projection = { readonly model: ReadModelName; readonly key: string; readonly bring: (context: Context) => Promise<void> };

/** The read models that are made of streams and can be made again from them. Keys and secrets are listed by their own ports. */
export const PROJECTED_MODELS = ['deployments', 'resources', 'tenants'] as const satisfies readonly ReadModelName[];

/**
 * Brings an event into the read models. May be called again, and late: each document carries the version it was made of, and an older
 * one changes nothing.
 */
export const project: Projector = async (context, event) => {
  await projectionOf(event)?.bring(context);
};

/** Whether the read models know an event already; `undefined` for one that is in none of them. */
export async function isShown(context: Context, event: EventEnvelope): Promise<boolean | undefined> {
  const projection = projectionOf(event);
  if (projection === undefined) return undefined;
  const found = await context.ports.readModels.get(context.tenant, projection.model, projection.key);
  return found !== undefined && found.version >= event.version;
}

function projectionOf(event: EventEnvelope): Projection | undefined {
  const { version, at } = event;
  if (event.stream.startsWith(DEPLOYMENT)) {
    const id = event.stream.slice(DEPLOYMENT.length);
    return { model: 'deployments', key: id, bring: async (context) => await showDeployment(context, id, version) };
  }
  switch (event.type) {
    case 'ResourceApplied': {
      const { resource } = payloadOf('ResourceApplied', event);
      const reference = referenceOf(resource);
      return { model: 'resources', key: documentKey(reference), bring: async (context) => await showResource(context, reference, { resource, version, updatedAt: at }) };
    }
    case 'ResourceDeleted': {
      const reference = payloadOf('ResourceDeleted', event);
      return { model: 'resources', key: documentKey(reference), bring: async (context) => await hideResource(context, reference, version) };
    }
    case 'TenantCreated': {
      const { name } = payloadOf('TenantCreated', event);
      return { model: 'tenants', key: name, bring: async (context) => await showTenant(context, { name, createdAt: at }, version) };
    }
    case 'TenantDeleted': {
      const { name } = payloadOf('TenantDeleted', event);
      return { model: 'tenants', key: name, bring: async (context) => await hideTenant(context, name, version) };
    }
    default:
      return undefined;
  }
}

/** A summary is a fold of the whole stream; where the model knows the event already there is nothing to fold. */
async function showDeployment(context: Context, id: string, version: number): Promise<void> {
  const { readModels } = context.ports;
  const known = await readModels.get(context.tenant, 'deployments', id);
  if (known !== undefined && known.version >= version) return;
  const loaded = await loadDeployment(context, id);
  if (loaded === undefined) return;
  const summary = summaryOf(loaded.state, loaded.version);
  await readModels.put(context.tenant, 'deployments', { key: id, version: loaded.version, index: summaryIndex(summary), document: summary });
}
