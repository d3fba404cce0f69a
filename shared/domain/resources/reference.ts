import { resourceKinds } from '#domain/resources/resource';
import type { Resource, ResourceKind } from '#domain/resources/resource';

/** Which resource: its kind and name, and for a release the application it belongs to. */
export type ResourceReference<Kind extends ResourceKind = ResourceKind> = { readonly kind: Kind; readonly name: string; readonly application?: string | undefined };

/** The reference of a document. */
export function referenceOf(resource: Resource): ResourceReference {
  const { kind, metadata: { name } } = resource;
  return kind === 'Release' ? { kind, name, application: resource.spec.application } : { kind, name };
}

/** The stream of a resource, as `application/shop`, `analysis-template/errors`, `release/shop/1.4.2`. */
export function resourceStream(reference: ResourceReference): string {
  return `${kindInWords(reference.kind).replaceAll(' ', '-')}/${pathOf(reference)}`;
}

/** The key of a resource's document in the read model, as `applications/shop`, `releases/shop/1.4.2`. */
export function documentKey(reference: ResourceReference): string {
  return `${resourceKinds[reference.kind].plural}/${pathOf(reference)}`;
}

/** The value of the read model's index `kind`: the kind, for releases `Release/application`. */
export function kindIndex(reference: Pick<ResourceReference, 'kind' | 'application'>): string {
  return reference.application === undefined ? reference.kind : `${reference.kind}/${reference.application}`;
}

/** The value of the read model's index `label`, as `Application team=checkout`. */
export function labelIndex(reference: Pick<ResourceReference, 'kind' | 'application'>, label: string): string {
  return `${kindIndex(reference)} ${label}`;
}

/** A kind as people say it, as `analysis template`. */
export function kindInWords(kind: ResourceKind): string {
  return kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** A resource as people say it, as `release 1.4.2 of shop`. */
export function inWords(reference: ResourceReference): string {
  const words = `${kindInWords(reference.kind)} ${reference.name}`;
  return reference.application === undefined ? words : `${words} of ${reference.application}`;
}

function pathOf(reference: ResourceReference): string {
  return reference.application === undefined ? reference.name : `${reference.application}/${reference.name}`;
}
