import type { CallContext } from '#application/context';
import { deploymentStream, requireDeployment } from '#application/deployments/load-deployment';
import { summaryFilter } from '#application/deployments/summary-index';
import type { OperationHandlers } from '#application/handlers';
import { readPage } from '#application/read-page';
import type { Page, PageQuery } from '#application/read-page';
import { fieldFailure } from '#application/resources/check-resource';
import { deploymentSummary } from '#contracts/views';
import type { StoredEvent } from '#ports/event-store';

/** Lists deployments, newest first, by any combination of filters; from the read model. */
export const listDeployments: OperationHandlers['listDeployments'] = async (context, { query }) => {
  const filter = summaryFilter(query);
  const { items, more } = await readPage(query, {
    read: async (page) => await context.ports.readModels.list(context.tenant, 'deployments', { ...page, ...(filter === undefined ? {} : { filter }) }),
    placeOf: (one) => one.key,
  });
  return { body: { items: items.map((one) => deploymentSummary.parse(one.document)), ...more } };
};

/** Lists a deployment's events, oldest first. */
export const listDeploymentEvents: OperationHandlers['listDeploymentEvents'] = async (context, { params, query }) => {
  await requireDeployment(context, params.id);
  return shownPage(await readStream(context, deploymentStream(params.id), query));
};

/** Lists the tenant's events in the order of its feed, or those of one stream in its order. */
export const listEvents: OperationHandlers['listEvents'] = async (context, { query }) => {
  if (query.stream !== undefined) return shownPage(await readStream(context, query.stream, query));
  if (query.type !== undefined) throw fieldFailure('rule-broken', [{ field: 'query.type', rule: 'must be given together with stream: a feed is read in its order, whatever its events are', value: query.type }]);
  return shownPage(await readPage(query, { read: async ({ after, limit }) => await context.ports.events.readFeed(context.tenant, after, limit), placeOf: (event) => event.cursor, maybeShort: true }));
};

/** A page of a stream, whose places are its versions; of one type the events are picked out while the stream is read. */
async function readStream(context: CallContext, stream: string, query: PageQuery & { readonly type?: string | undefined }): Promise<Page<StoredEvent>> {
  const { type } = query;
  return await readPage(query, {
    read: async ({ after, limit }) => await context.ports.events.read({ tenant: context.tenant, stream }, { fromVersion: Number(after ?? 0) + 1, limit }),
    placeOf: (event) => String(event.version),
    ...(type === undefined ? {} : { keep: (event: StoredEvent) => event.type === type }),
  });
}

/** Events as the API shows them: the tenant is the caller's, and the place in the feed is the page's. */
function shownPage({ items, more }: Page<StoredEvent & { readonly cursor?: string }>) {
  return { body: { items: items.map(({ tenant: _tenant, cursor: _cursor, ...shown }) => shown), ...more } };
}
