import * as z from 'zod';

import type { Context } from '#application/context';
import type { LoadedResource } from '#application/resources/load-resource';
import { instant } from '#domain/resources/names';
import { documentKey, kindIndex, labelIndex } from '#domain/resources/reference';
import type { ResourceReference } from '#domain/resources/reference';
import { resource as resourceSchema } from '#domain/resources/resource';
import type { Resource, ResourceKind, ResourceOf } from '#domain/resources/resource';
import { useIndex, usesOf } from '#domain/resources/uses';
import type { ReadModelDocument } from '#ports/read-model';

/** What the read model holds of a resource, beside its version; `null` is the mark of a deleted one. */
const storedDocument = z.strictObject({ resource: resourceSchema, updatedAt: instant });

/** Brings a resource into the lists; an older version changes nothing. */
export async function showResource(context: Context, reference: ResourceReference, loaded: { readonly resource: Resource; readonly version: number; readonly updatedAt: string }): Promise<void> {
  const { resource, version, updatedAt } = loaded;
  const document: z.input<typeof storedDocument> = { resource, updatedAt };
  await context.ports.readModels.put(context.tenant, 'resources', { key: documentKey(reference), version, index: indexOf(reference, resource), document });
}

/** Under what a resource is found. A release is found in its application, and among those of all applications. */
function indexOf(reference: ResourceReference, resource: Resource): ReadModelDocument['index'] {
  const listedIn = reference.application === undefined ? [reference] : [reference, { kind: reference.kind }];
  const labels = Object.entries(resource.metadata.labels ?? {});
  return {
    kind: listedIn.map(kindIndex),
    uses: [...new Set(usesOf(resource).map(useIndex))],
    label: listedIn.flatMap((list) => labels.map(([key, value]) => labelIndex(list, `${key}=${value}`))),
    ...(resource.kind === 'Target' ? { provider: resource.spec.provider } : {}),
  };
}

/**
 * Takes a deleted resource out of the lists. Its mark stays, under no index, so that an older event that comes again cannot bring it
 * back; there are at most as many marks as names that were ever used.
 */
export async function hideResource(context: Context, reference: ResourceReference, version: number): Promise<void> {
  await context.ports.readModels.put(context.tenant, 'resources', { key: documentKey(reference), version, index: {}, document: null });
}

/** A resource as the read model has it. @throws Error for a document of another kind: nothing lists those together. */
export function parseResourceDocument<Kind extends ResourceKind>(kind: Kind, found: ReadModelDocument): LoadedResource<Kind> {
  const { resource, updatedAt } = storedDocument.parse(found.document);
  if (resource.kind !== kind) throw new Error(`the document ${found.key} is a ${resource.kind} and no ${kind}`);
  return { resource: resource as ResourceOf<Kind>, version: found.version, updatedAt };
}
