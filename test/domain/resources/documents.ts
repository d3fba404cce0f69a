import { analysisTemplateSpec } from '#domain/resources/analysis-template';
import { applicationSpec } from '#domain/resources/application';
import { environmentSpec } from '#domain/resources/environment';
import { releaseSpec } from '#domain/resources/release';
import { API_VERSION } from '#domain/resources/resource';
import type { Resource } from '#domain/resources/resource';

const command = { artefact: { command: ['node', 'server.mjs'] } } as const;

/** An application of components as their author writes them. */
export function application(...components: readonly object[]): Extract<Resource, { kind: 'Application' }> {
  return { apiVersion: API_VERSION, kind: 'Application', metadata: { name: 'shop' }, spec: applicationSpec.parse({ components }) };
}

/** A release of components; each has an artefact. */
export function release(...components: readonly object[]): Extract<Resource, { kind: 'Release' }> {
  return { apiVersion: API_VERSION, kind: 'Release', metadata: { name: '1.4.2' }, spec: releaseSpec.parse({ application: 'shop', components: components.map((one) => ({ ...command, ...one })) }) };
}

/** An environment with one target, and what a test adds. */
export function environment(spec: object): Extract<Resource, { kind: 'Environment' }> {
  return { apiVersion: API_VERSION, kind: 'Environment', metadata: { name: 'production' }, spec: environmentSpec.parse({ waves: [{ targets: ['edge-1'] }], ...spec }) };
}

/** An analysis template with one metric, and what a test adds. */
export function template(spec: object): Extract<Resource, { kind: 'AnalysisTemplate' }> {
  const metrics = [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 } }];
  return { apiVersion: API_VERSION, kind: 'AnalysisTemplate', metadata: { name: 'errors' }, spec: analysisTemplateSpec.parse({ metrics, ...spec }) };
}
