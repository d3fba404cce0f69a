import type { Chance } from '../application/crash/chance.ts';
import type { PlannedDocument, Quality, TenantPlan } from './plan.ts';

/** The releases that every tenant has, by how they behave. `1.5.0` has the same mail as `1.1.0`, so that a component may stay as it is. */
export const releases: { readonly [release: string]: { readonly quality: Quality; readonly mail: string } } = {
  '1.0.0': { quality: 'good', mail: '1.0.0' },
  '1.1.0': { quality: 'good', mail: '1.1.0' },
  '1.2.0': { quality: 'erring', mail: '1.2.0' },
  '1.3.0': { quality: 'broken', mail: '1.3.0' },
  '1.4.0': { quality: 'sickly', mail: '1.4.0' },
  '1.5.0': { quality: 'good', mail: '1.1.0' },
};

/** What a component of a release runs: the same for two releases means that nothing is to be done. */
export function artefactOf(release: string, component: string): string {
  return `${component}-${component === 'mail' ? (releases[release]?.mail ?? release) : release}`;
}

const NAMES = ['acme', 'globex', 'initech', 'umbrella'] as const;

/** Tenants that all use the same names. */
export function makeTenants(chance: Chance): readonly TenantPlan[] {
  return NAMES.slice(0, 2 + chance.below(2)).map((name) => ({ name, documents: documentsOf(chance) }));
}

function documentsOf(chance: Chance): readonly PlannedDocument[] {
  const wide = chance.percent(50);
  return [
    { kind: 'Target', name: 'east', spec: { provider: 'agent' } },
    { kind: 'Target', name: 'west', spec: { provider: 'agent' } },
    { kind: 'AnalysisTemplate', name: 'errors', spec: { lookSeconds: 3, horizonSeconds: 12, ...(chance.percent(30) ? { onInconclusive: 'rollBack' } : {}), metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 5 }, minimumRequests: 5, inconclusiveLimit: 2 }] } },
    { kind: 'Application', name: 'shop', spec: { components: [{ name: 'web', port: 8080, replicas: 4 }, { name: 'mail', type: 'worker', replicas: 2 }] } },
    { kind: 'Application', name: 'blog', spec: { components: [{ name: 'site', port: 8090, replicas: 2 }] } },
    { kind: 'Environment', name: 'production', spec: productionSpec(wide) },
    { kind: 'Environment', name: 'staging', spec: stagingSpec },
    ...Object.keys(releases).flatMap((release): PlannedDocument[] => [
      { kind: 'Release', name: release, application: 'shop', spec: { application: 'shop', components: ['web', 'mail'].map((name) => component(name, release)) } },
      { kind: 'Release', name: release, application: 'blog', spec: { application: 'blog', components: [component('site', release)] } },
    ]),
  ];
}

/** Both targets at once, or one after the other. */
function productionSpec(isWide: boolean): object {
  return { waves: isWide ? [{ targets: ['east', 'west'] }] : [{ targets: ['east'] }, { targets: ['west'] }], strategy: { type: 'rolling' } };
}

/** It shares a target with production: who deploys to both waits for the same lease. */
const stagingSpec = { waves: [{ targets: ['west'] }], strategy: { type: 'canary', steps: [{ weightPercent: 50 }, { bakeSeconds: 5 }] } };

function component(name: string, release: string): object {
  return { name, artefact: { command: ['node', `${artefactOf(release, name)}.mjs`] } };
}
