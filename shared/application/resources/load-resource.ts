import type { Context } from '#application/context';
import { payloadOf } from '#contracts/upcast';
import { resourceStream } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';
import type { ResourceKind, ResourceOf } from '#domain/resources/resource';
import type { StoredEvent } from '#ports/event-store';

/** A resource as it is stored: the document, the version of its stream, and when it was last applied (ISO 8601 UTC). */
export type LoadedResource<Kind extends ResourceKind> = { readonly resource: ResourceOf<Kind>; readonly version: number; readonly updatedAt: string };

/**
 * Reads a resource from its stream, strongly consistent. `undefined` when there is none, or none any more. With `atVersion` it is the
 * document that was applied by that event of its stream, whatever came later: also after it was changed or deleted.
 */
export async function loadResource<Kind extends ResourceKind>(context: Context, reference: ResourceReference<Kind>, atVersion?: number): Promise<LoadedResource<Kind> | undefined> {
  const stream = { tenant: context.tenant, stream: resourceStream(reference) };
  const event = atVersion === undefined ? await context.ports.events.readLast(stream) : (await context.ports.events.read(stream, { fromVersion: atVersion, limit: 1 }))[0];
  return loadedOf(reference.kind, event);
}

/** The resource as an event of its stream left it; `undefined` after a deletion or before the first. */
export function loadedOf<Kind extends ResourceKind>(kind: Kind, event: StoredEvent | undefined): LoadedResource<Kind> | undefined {
  if (event === undefined || event.type !== 'ResourceApplied') return undefined;
  return { resource: parseDocument(kind, event), version: event.version, updatedAt: event.at };
}

function parseDocument<Kind extends ResourceKind>(kind: Kind, event: StoredEvent): ResourceOf<Kind> {
  const { resource } = payloadOf('ResourceApplied', event);
  if (resource.kind !== kind) throw new Error(`the stream ${event.stream} holds a ${resource.kind} where a ${kind} belongs`);
  return resource as ResourceOf<Kind>;
}
