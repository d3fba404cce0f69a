import type { CallContext } from '#application/context';
import { readPage } from '#application/read-page';
import type { Page, PageQuery } from '#application/read-page';
import type { LoadedResource } from '#application/resources/load-resource';
import { parseResourceDocument } from '#application/resources/resource-document';
import { kindIndex, labelIndex } from '#domain/resources/reference';
import type { ResourceKind, ResourceOf } from '#domain/resources/resource';
import type { Provider } from '#domain/resources/target';
import { useIndex, usesOf } from '#domain/resources/uses';
import type { ReadModelQuery } from '#ports/read-model';

/** By what resources are listed: each kind by those that its route has. */
export type ResourceFilters = {
  readonly application?: string | undefined;
  readonly label?: string | undefined;
  readonly provider?: Provider | undefined;
  readonly target?: string | undefined;
};

/** One page of the resources of a kind in the order of names (releases by application first); from the read model. */
export async function listResources<Kind extends ResourceKind>(context: CallContext, kind: Kind, query: PageQuery & ResourceFilters): Promise<Page<LoadedResource<Kind>>> {
  const [first, second] = narrowings(kind, query);
  const filter = first?.filter ?? { index: 'kind', value: kindIndex({ kind, application: query.application }) };
  const page = await readPage(query, {
    read: async (asked) => {
      const found = await context.ports.readModels.list(context.tenant, 'resources', { filter, ...asked });
      return found.map((one) => ({ key: one.key, loaded: parseResourceDocument(kind, one) }));
    },
    placeOf: (one) => one.key,
    ...(second === undefined ? {} : { keep: (one: { readonly loaded: LoadedResource<Kind> }) => second.fits(one.loaded.resource) }),
  });
  return { items: page.items.map((one) => one.loaded), more: page.more };
}

/** A filter: the index that finds what fits it, and how it is told of a resource that another index found. */
type Narrowing = { readonly filter: NonNullable<ReadModelQuery['filter']>; readonly fits: (resource: ResourceOf<ResourceKind>) => boolean };

/** The filters that were given, those first that leave the least: a target is in few environments, a provider has nearly all targets. No kind has more than two. */
function narrowings(kind: ResourceKind, { application, label, provider, target }: ResourceFilters): readonly Narrowing[] {
  return [
    ...(target === undefined ? [] : [byUse(useIndex({ kind: 'Target', name: target }))]),
    ...(label === undefined ? [] : [byLabel(labelIndex({ kind, application }, label), label)]),
    ...(provider === undefined ? [] : [byProvider(provider)]),
  ];
}

function byUse(value: string): Narrowing {
  return { filter: { index: 'uses', value }, fits: (resource) => usesOf(resource).some((use) => useIndex(use) === value) };
}

function byLabel(value: string, label: string): Narrowing {
  return { filter: { index: 'label', value }, fits: ({ metadata }) => Object.entries(metadata.labels ?? {}).some(([key, text]) => `${key}=${text}` === label) };
}

function byProvider(value: Provider): Narrowing {
  return { filter: { index: 'provider', value }, fits: (resource) => resource.kind === 'Target' && resource.spec.provider === value };
}
