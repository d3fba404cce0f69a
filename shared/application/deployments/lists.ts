import { deploymentStream, requireDeployment } from '#application/deployments/load-deployment';
import type { OperationHandlers } from '#application/handlers';
import { Failure } from '#contracts/errors';
import { deploymentSummary } from '#contracts/views';
import type { StoredEvent } from '#ports/event-store';

/**
 * Lists deployments, newest first, by at most one filter. In all lists a cursor is the place itself: the outside signs it on its way out
 * and opens it on its way in.
 */
export const listDeployments: OperationHandlers['listDeployments'] = async (context, { query }) => {
  const filters = (['application', 'environment', 'state'] as const).flatMap((index) => (query[index] === undefined ? [] : [{ index, value: query[index] }]));
  if (filters.length > 1) {
    const [first, second] = filters;
    throw new Failure('rule-broken', { detail: `at most one filter: ${first?.index ?? ''} and ${second?.index ?? ''} were given`, errors: [{ field: `query.${second?.index ?? ''}`, rule: 'must be the only filter', value: second?.value }] });
  }
  const [filter] = filters;
  const after = query.cursor;
  const found = await context.ports.readModels.list(context.tenant, 'deployments', { limit: query.limit + 1, ...(filter === undefined ? {} : { filter }), ...(after === undefined ? {} : { after }) });
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  const more = found.length > query.limit && last !== undefined ? { nextCursor: last.key } : {};
  return { body: { items: page.map((one) => deploymentSummary.parse(one.document)), ...more } };
};

/** Lists a deployment's events, oldest first. */
export const listDeploymentEvents: OperationHandlers['listDeploymentEvents'] = async (context, { params, query }) => {
  await requireDeployment(context, params.id);
  const after = Number(query.cursor ?? 0);
  const events = await context.ports.events.read({ tenant: context.tenant, stream: deploymentStream(params.id) }, { fromVersion: after + 1, limit: query.limit + 1 });
  const page = events.slice(0, query.limit);
  const last = page.at(-1);
  const more = events.length > query.limit && last !== undefined ? { nextCursor: String(last.version) } : {};
  return { body: { items: page.map(shown), ...more } };
};

/** Lists the tenant's events in the order of its feed, or those of one stream. */
export const listEvents: OperationHandlers['listEvents'] = async (context, { query }) => {
  const opened = query.cursor;
  if (query.stream !== undefined) {
    const from = opened === undefined ? 0 : Number(opened);
    const events = await context.ports.events.read({ tenant: context.tenant, stream: query.stream }, { fromVersion: from + 1, limit: query.limit + 1 });
    const page = events.slice(0, query.limit);
    return { body: { items: page.map(shown), ...(events.length > query.limit ? { nextCursor: String(page.at(-1)?.version ?? from) } : {}) } };
  }
  const events = await context.ports.events.readFeed(context.tenant, opened, query.limit + 1);
  const page = events.slice(0, query.limit);
  const last = page.at(-1);
  return { body: { items: page.map(shown), ...(events.length > query.limit && last !== undefined ? { nextCursor: last.cursor } : {}) } };
};

function shown(event: StoredEvent) {
  const { tenant: _tenant, cursor: _cursor, ...rest } = event;
  return rest;
}
