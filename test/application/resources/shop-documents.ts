import { resource } from '#domain/resources/resource';
import type { Resource, ResourceKind, ResourceOf } from '#domain/resources/resource';

import { QuietSystem } from '../quiet-system.ts';
import type { As } from '../quiet-system.ts';

const API = { apiVersion: 'sluice.dev/v1' } as const;

/** The documents of a shop that is deployed to one target. */
export const shop = {
  target: (name: string) => parseDocument('Target', { metadata: { name }, spec: { provider: 'agent' } }),
  template: (name: string) => parseDocument('AnalysisTemplate', { metadata: { name }, spec: { metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 } }] } }),
  application: (...components: readonly object[]) => parseDocument('Application', { metadata: { name: 'shop' }, spec: { components: components.length > 0 ? components : [{ name: 'web', port: 8080 }] } }),
  environment: (spec: object = {}, name = 'production') => parseDocument('Environment', { metadata: { name }, spec: { waves: [{ targets: ['edge-1'] }], ...spec } }),
  release: (name: string, components: readonly object[] = [{ name: 'web', artefact: { command: ['node', `${name}.mjs`] } }]) => parseDocument('Release', { metadata: { name }, spec: { application: 'shop', components } }),
} as const;

/** Puts a document by the route of its kind. */
export async function put(system: QuietSystem, document: Resource, as: As = {}): Promise<void> {
  const { name } = document.metadata;
  switch (document.kind) {
    case 'Application': await system.call('putApplication', { params: { name }, body: document }, as); return;
    case 'Environment': await system.call('putEnvironment', { params: { name }, body: document }, as); return;
    case 'Target': await system.call('putTarget', { params: { name }, body: document }, as); return;
    case 'AnalysisTemplate': await system.call('putAnalysisTemplate', { params: { name }, body: document }, as); return;
    case 'Release': await system.call('putRelease', { params: { name, application: document.spec.application }, body: document }, as);
  }
}

/** Puts all that a deployment of the shop needs: a target, the application, an environment, two releases. */
export async function putShop(system: QuietSystem, as: As = {}): Promise<void> {
  for (const document of [shop.target('edge-1'), shop.application(), shop.environment(), shop.release('1.4.2'), shop.release('1.4.3')]) await put(system, document, as);
}

/** Opens a quiet system in which the shop is put. */
export async function openShop(): Promise<QuietSystem> {
  const system = await QuietSystem.open();
  await putShop(system);
  return system;
}

/** Asks for a release in production and answers the deployment's id. */
export async function requestShop(system: QuietSystem, release: string, more: object = {}, as: As = {}): Promise<string> {
  return (await system.call('requestDeployment', { body: { application: 'shop', release, environment: 'production', ...more } }, as)).id;
}

function parseDocument<Kind extends ResourceKind>(kind: Kind, document: object): ResourceOf<Kind> {
  return resource.parse({ ...API, kind, ...document }) as ResourceOf<Kind>;
}
