import type { Resource } from '#domain/resources/resource';
import { resource } from '#domain/resources/resource';

import type { SimulatedSystem } from './simulated-system.ts';

const head = { apiVersion: 'sluice.dev/v1' } as const;

/** The resources of a shop on one target; `spec` adds to the environment. */
export function shopDocuments(spec: object = {}): readonly Resource[] {
  return [
    { ...head, kind: 'Target', metadata: { name: 'local' }, spec: { provider: 'agent' } },
    { ...head, kind: 'AnalysisTemplate', metadata: { name: 'errors' }, spec: { lookSeconds: 5, horizonSeconds: 15, metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 }, minimumRequests: 10 }] } },
    { ...head, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port: 8080, replicas: 4 }] } },
    { ...head, kind: 'Environment', metadata: { name: 'production' }, spec: { waves: [{ targets: ['local'] }], strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { bakeSeconds: 10 }] }, ...spec } },
    ...['1.0.0', '1.1.0', '1.2.0'].map((name) => ({ ...head, kind: 'Release', metadata: { name }, spec: { application: 'shop', components: [{ name: 'web', artefact: { command: ['node', `${name}.mjs`] } }] } })),
  ].map((one) => resource.parse(one));
}

/** Puts the shop's resources and brings its agent up. */
export async function setUpShop(system: SimulatedSystem, spec: object = {}): Promise<void> {
  for (const one of shopDocuments(spec)) {
    const { name } = one.metadata;
    switch (one.kind) {
      case 'Target': await system.call('putTarget', { params: { name }, body: one }); break;
      case 'AnalysisTemplate': await system.call('putAnalysisTemplate', { params: { name }, body: one }); break;
      case 'Application': await system.call('putApplication', { params: { name }, body: one }); break;
      case 'Environment': await system.call('putEnvironment', { params: { name }, body: one }); break;
      case 'Release': await system.call('putRelease', { params: { application: one.spec.application, name }, body: one }); break;
    }
  }
  await system.settle();
}

/** Asks for a release and answers the deployment's id. */
export async function deploy(system: SimulatedSystem, release: string, more: object = {}): Promise<string> {
  const { id } = await system.call('requestDeployment', { body: { application: 'shop', release, environment: 'production', priority: 'normal', ifRunning: 'queue', ...more } });
  await system.settle();
  return id;
}
