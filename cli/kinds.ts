import type { SluiceClient } from '#client/client';
import type { CallOptions } from '#client/request';
import { resourceKinds } from '#domain/resources/resource';
import type { Resource, ResourceKind, ResourceOf } from '#domain/resources/resource';

import { UsageError } from './usage-error.ts';

/** An answer as it came, with the version it told. */
export type Fetched = { readonly unchanged: unknown; readonly version: number | null };

type Stored = { readonly apiVersion: string; readonly kind: string; readonly metadata: object; readonly spec: object; readonly version: number; readonly updatedAt: string };

/** What can be done with a resource of a kind. A release is named `application/release`. */
type KindCalls<Kind extends ResourceKind> = {
  readonly get: (client: SluiceClient, name: string, options: CallOptions) => Promise<Fetched & { readonly body: Stored }>;
  readonly put: (client: SluiceClient, one: ResourceOf<Kind>, options: CallOptions) => Promise<Fetched & { readonly body: Stored }>;
  readonly remove: (client: SluiceClient, name: string, options: CallOptions) => Promise<Fetched>;
};

/** The calls of every kind of resource. */
const kindCalls: { readonly [Kind in ResourceKind]: KindCalls<Kind> } = {
  Application: {
    get: (client, name, options) => client.exchange('getApplication', { params: { name } }, options),
    put: (client, one, options) => client.exchange('putApplication', { params: { name: one.metadata.name }, body: one }, options),
    remove: (client, name, options) => client.exchange('deleteApplication', { params: { name } }, options),
  },
  Environment: {
    get: (client, name, options) => client.exchange('getEnvironment', { params: { name } }, options),
    put: (client, one, options) => client.exchange('putEnvironment', { params: { name: one.metadata.name }, body: one }, options),
    remove: (client, name, options) => client.exchange('deleteEnvironment', { params: { name } }, options),
  },
  Target: {
    get: (client, name, options) => client.exchange('getTarget', { params: { name } }, options),
    put: (client, one, options) => client.exchange('putTarget', { params: { name: one.metadata.name }, body: one }, options),
    remove: (client, name, options) => client.exchange('deleteTarget', { params: { name } }, options),
  },
  Release: {
    get: (client, name, options) => client.exchange('getRelease', { params: releaseOf(name) }, options),
    put: (client, one, options) => client.exchange('putRelease', { params: { application: one.spec.application, name: one.metadata.name }, body: one }, options),
    remove: (client, name, options) => client.exchange('deleteRelease', { params: releaseOf(name) }, options),
  },
  AnalysisTemplate: {
    get: (client, name, options) => client.exchange('getAnalysisTemplate', { params: { name } }, options),
    put: (client, one, options) => client.exchange('putAnalysisTemplate', { params: { name: one.metadata.name }, body: one }, options),
    remove: (client, name, options) => client.exchange('deleteAnalysisTemplate', { params: { name } }, options),
  },
};

/** The calls for a name: what reads and removes is the same for all kinds. */
export function callsOf(kind: ResourceKind): Pick<KindCalls<ResourceKind>, 'get' | 'remove'> {
  return kindCalls[kind];
}

/** Makes or replaces a resource. */
export function putResource(client: SluiceClient, one: Resource, options: CallOptions): Promise<Fetched & { readonly body: Stored }> {
  switch (one.kind) {
    case 'Application':
      return kindCalls.Application.put(client, one, options);
    case 'Environment':
      return kindCalls.Environment.put(client, one, options);
    case 'Target':
      return kindCalls.Target.put(client, one, options);
    case 'Release':
      return kindCalls.Release.put(client, one, options);
    case 'AnalysisTemplate':
      return kindCalls.AnalysisTemplate.put(client, one, options);
  }
}

/** The name by which a resource is got and deleted. */
export function pathNameOf(one: Resource): string {
  return one.kind === 'Release' ? `${one.spec.application}/${one.metadata.name}` : one.metadata.name;
}

/** The words of the kinds of resource: `application`, `analysis-template`. */
export const resourceWords = Object.keys(resourceKinds).map(wordOf);

/** The plurals of the kinds of resource, in the order of the table. */
export const resourcePlurals = Object.values(resourceKinds).map((kind) => kind.plural);

/** Understands a kind however it is written: `application`, `applications`, `Application`, `AnalysisTemplate`, `analysis-templates`. */
export function kindOf(word: string): ResourceKind | undefined {
  const bare = bareWord(word);
  return Object.keys(resourceKinds).filter(isKind).find((kind) => bareWord(kind) === bare || bareWord(resourceKinds[kind].plural) === bare);
}

/** Like `kindOf`. @throws UsageError that names the word and the possible ones. */
export function resourceKindOf(word: string): ResourceKind {
  const kind = kindOf(word);
  if (kind === undefined) throw new UsageError(`unknown kind "${word}"`, resourceWords);
  return kind;
}

/** A word for comparing: case and hyphens do not matter. */
export function bareWord(word: string): string {
  return word.replaceAll('-', '').toLowerCase();
}

/** A kind as a word on the command line. */
export function wordOf(kind: string): string {
  return kind.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function isKind(name: string): name is ResourceKind {
  return Object.hasOwn(resourceKinds, name);
}

function releaseOf(name: string): { application: string; name: string } {
  const [application = '', release = '', ...more] = name.split('/');
  if (application === '' || release === '' || more.length > 0) throw new UsageError(`a release is named APPLICATION/RELEASE, as shop/1.4.2, not "${name}"`);
  return { application, name: release };
}
