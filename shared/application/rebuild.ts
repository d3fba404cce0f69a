import type { Context } from '#application/context';
import { everyDocument } from '#application/every-document';
import { PROJECTED_MODELS, project } from '#application/projector';
import { asOperator } from '#application/tenants/load-tenant';
import { ACTIVE } from '#application/tenants/tenant-document';
import type { StoredEvent } from '#ports/event-store';
import type { ReadModelName, ReadModels } from '#ports/read-model';

/** How many events are read at a time. */
const PAGE = 500;

/**
 * Makes the read models of one tenant anew from its streams, also while they are read and written; answers how many events were brought in. A reader has each old document until it has the new one, and what no stream makes
 * goes at the end. What happens meanwhile is not lost: the projector brings it in as ever, and the newer version stays.
 */
export async function rebuildTenant(context: Context): Promise<number> {
  const before = await keysOf(context);
  const made = new Set<string>();
  let count = 0;
  for await (const event of newestOfEachStream(context)) {
    await replace(context, event, made);
    count += 1;
  }
  for (const { model, key } of before) {
    if (!made.has(nameOf(context.tenant, model, key))) await context.ports.readModels.erase(context.tenant, model, key);
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

/** All documents there are. One that comes later is made by an event that is in the feed already, so it needs no second look. */
async function keysOf(context: Context): Promise<readonly { readonly model: ReadModelName; readonly key: string }[]> {
  const keys: { readonly model: ReadModelName; readonly key: string }[] = [];
  for (const model of PROJECTED_MODELS) {
    for await (const { key } of everyDocument(context, model)) keys.push({ model, key });
  }
  return keys;
}

/** Brings an event in over what is there. Where that says that it is newer than the stream itself, it was never made of it: it goes first. */
async function replace(context: Context, event: StoredEvent, made: Set<string>): Promise<void> {
  const { readModels, events } = context.ports;
  const refused: { readonly tenant: string; readonly model: ReadModelName; readonly key: string }[] = [];
  const replacing = replacingContext(context, (place, wrote) => {
    made.add(nameOf(place.tenant, place.model, place.key));
    if (!wrote) refused.push(place);
  });
  await project(replacing, event);
  for (const { tenant, model, key } of refused) {
    const [present, last] = await Promise.all([readModels.get(tenant, model, key), events.readLast({ tenant: context.tenant, stream: event.stream })]);
    if (present === undefined || last === undefined || present.version <= last.version) continue;
    await readModels.erase(tenant, model, key);
    await project(replacing, last);
  }
}

/** A context in which a projection finds nothing there, and writes over what is; it tells what it wrote or removed. */
function replacingContext(context: Context, tell: (place: { readonly tenant: string; readonly model: ReadModelName; readonly key: string }, wrote: boolean) => void): Context {
  const { readModels } = context.ports;
  const replacing: ReadModels = {
    get: async () => await Promise.resolve(undefined),
    put: async (tenant, model, document) => {
      const wrote = await readModels.replace(tenant, model, document);
      tell({ tenant, model, key: document.key }, wrote);
      return wrote;
    },
    replace: async (tenant, model, document) => await readModels.replace(tenant, model, document),
    remove: async (tenant, model, key, version) => {
      await readModels.remove(tenant, model, key, version);
      tell({ tenant, model, key }, true);
    },
    erase: async (tenant, model, key) => await readModels.erase(tenant, model, key),
    count: async (tenant, model, filter) => await readModels.count(tenant, model, filter),
    list: async (tenant, model, query) => await readModels.list(tenant, model, query),
  };
  return { ...context, ports: { ...context.ports, readModels: replacing } };
}

function nameOf(tenant: string, model: ReadModelName, key: string): string {
  return `${tenant}#${model}#${key}`;
}
