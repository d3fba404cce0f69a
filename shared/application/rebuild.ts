import type { Context } from '#application/context';
import { everyDocument } from '#application/every-document';
import { PROJECTED_MODELS, project } from '#application/projector';
import { asOperator } from '#application/tenants/load-tenant';
import { ACTIVE } from '#application/tenants/tenant-document';
import type { StoredEvent } from '#ports/event-store';

/** How many events are read at a time. */
const PAGE = 500;

/**
 * Makes the read models of one tenant anew from its streams; answers how many events were brought in. Its lists are empty or incomplete
 * until then. What happens meanwhile is not lost: the projector brings it in as ever, and the newer version stays.
 */
export async function rebuildTenant(context: Context): Promise<number> {
  for (const model of PROJECTED_MODELS) {
    for await (const { key } of everyDocument(context, model)) await context.ports.readModels.erase(context.tenant, model, key);
  }
  let count = 0;
  for await (const event of newestOfEachStream(context)) {
    await project(context, event);
    count += 1;
  }
  return count;
}

/** Makes the read models of all tenants anew: first the list of tenants, then those that it names. */
export async function rebuildAll(context: Context): Promise<number> {
  const operator = asOperator(context);
  let count = await rebuildTenant(operator);
  for await (const { key: tenant } of everyDocument(operator, 'tenants', ACTIVE)) count += await rebuildTenant({ ...context, tenant });
  return count;
}

/** A document is made of a stream's newest event, or a fold of all: earlier ones need not be projected. */
async function* newestOfEachStream(context: Context): AsyncGenerator<StoredEvent> {
  const streams = new Set<string>();
  for await (const { stream } of feedOf(context)) streams.add(stream);
  for (const stream of streams) {
    const last = await context.ports.events.readLast({ tenant: context.tenant, stream });
    if (last !== undefined) yield last;
  }
}

async function* feedOf(context: Context): AsyncGenerator<StoredEvent> {
  let after: string | undefined;
  do {
    const page = await context.ports.events.readFeed(context.tenant, after, PAGE);
    yield* page;
    // A page may be shorter than asked for; only an empty one is the end.
    after = page.at(-1)?.cursor;
  } while (after !== undefined);
}
