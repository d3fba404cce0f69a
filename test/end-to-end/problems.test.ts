import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { problemOf, request, told } from './http.ts';
import { Shop } from './shop.ts';
import { Tenant } from './tenant.ts';

let tenant: Tenant;
let shop: Shop;
beforeAll(async () => {
  tenant = await Tenant.open('problems');
  shop = await Shop.open(tenant);
});
afterAll(async () => await tenant.close());

const head = { apiVersion: 'sluice.dev/v1' } as const;
const canary = (weightPercent: unknown) => ({ type: 'canary', steps: [{ weightPercent }] });

/** Bad documents: what is put where, and what is said of it. */
const documents = (): readonly (readonly [what: string, path: string, body: unknown, status: number, fields: readonly (readonly [string, unknown])[]])[] => {
  const environment = (spec: object) => ({ ...head, kind: 'Environment', metadata: { name: 'bad' }, spec: { waves: [{ targets: [shop.agent.target] }], ...spec } });
  const application = (component: object) => ({ ...head, kind: 'Application', metadata: { name: 'bad' }, spec: { components: [{ name: 'web', port: 8080, ...component }] } });
  const release = (spec: object) => ({ ...head, kind: 'Release', metadata: { name: '2.0.0' }, spec: { application: shop.application, components: [{ name: 'web', artefact: { command: ['node', 'a.mjs'] } }], ...spec } });
  return [
    ...[10.5, -1, 101, '10'].map((weight) => [`the weight ${JSON.stringify(weight)}`, '/v1/environments/bad', environment({ strategy: canary(weight) }), 400, [['spec.strategy.steps.0.weightPercent', weight]]] as const),
    ['a step of two kinds', '/v1/environments/bad', environment({ strategy: { type: 'canary', steps: [{ weightPercent: 10, bakeSeconds: 5 }] } }), 400, [['spec.strategy.steps.0', { weightPercent: 10, bakeSeconds: 5 }]]],
    ['an unknown field', '/v1/environments/bad', environment({ colour: 'red' }), 400, [['spec.colour', 'red']]],
    ['an unknown strategy', '/v1/environments/bad', environment({ strategy: { type: 'shadow' } }), 400, [['spec.strategy.type', 'shadow']]],
    ['no waves', '/v1/environments/bad', environment({ waves: [] }), 400, [['spec.waves', []]]],
    ['an unknown target', '/v1/environments/bad', environment({ waves: [{ targets: ['nowhere'] }] }), 422, [['spec.waves.0.targets.0', 'nowhere']]],
    ['a target in two waves', '/v1/environments/bad', environment({ waves: [{ targets: [shop.agent.target] }, { targets: [shop.agent.target] }] }), 422, [['spec.waves.1.targets.0', shop.agent.target]]],
    ['an unknown template', '/v1/environments/bad', environment({ strategy: { type: 'canary', steps: [{ analysis: { template: 'nowhere' } }] } }), 422, [['spec.strategy.steps.0.analysis.template', 'nowhere']]],
    ['a freeze that ends before it begins', '/v1/environments/bad', environment({ freezes: [{ name: 'x', startsAt: '2026-12-24T00:00:00Z', endsAt: '2026-12-23T00:00:00Z' }] }), 422, [['spec.freezes.0.endsAt', '2026-12-23T00:00:00Z']]],
    ['a freeze in no time zone', '/v1/environments/bad', environment({ freezes: [{ name: 'x', schedule: '0 18 * * FRI', durationMinutes: 60, timeZone: 'Europe/Atlantis' }] }), 422, [['spec.freezes.0.timeZone', 'Europe/Atlantis']]],
    ['another name than the path\'s', '/v1/environments/other', environment({}), 422, [['metadata.name', 'bad']]],
    ['another kind', '/v1/applications/bad', { ...environment({}), kind: 'Environment' }, 400, []],
    ['another apiVersion', '/v1/environments/bad', { ...environment({}), apiVersion: 'v2' }, 400, [['apiVersion', 'v2']]],
    ['a name in capitals', '/v1/environments/Bad', environment({}), 400, [['path.name', 'Bad']]],
    ['a port out of range', '/v1/applications/bad', application({ port: 70_000 }), 400, [['spec.components.0.port', 70_000]]],
    ['a service without a port', '/v1/applications/bad', { ...head, kind: 'Application', metadata: { name: 'bad' }, spec: { components: [{ name: 'web' }] } }, 422, [['spec.components.0.port', undefined]]],
    ['an unknown dependency', '/v1/applications/bad', application({ dependencies: ['nothing'] }), 422, [['spec.components.0.dependencies.0', 'nothing']]],
    ['a dependency on itself', '/v1/applications/bad', application({ dependencies: ['web'] }), 422, [['spec.components.0.dependencies', ['web']]]],
    ['an image without a digest', `/v1/applications/shop/releases/2.0.0`, release({ components: [{ name: 'web', artefact: { image: 'shop:latest' } }] }), 400, [['spec.components.0.artefact.image', 'shop:latest']]],
    ['a component that the application has not', `/v1/applications/${shop.application}/releases/2.0.0`, release({ components: [{ name: 'web', artefact: { command: ['a'] } }, { name: 'till', artefact: { command: ['a'] } }] }), 422, [['spec.components.1.name', 'till']]],
    ['a release of another application', `/v1/applications/other/releases/2.0.0`, release({}), 422, [['spec.application', shop.application]]],
    ['another content for a release that is there', `/v1/applications/${shop.application}/releases/1.0.0`, { ...release({}), metadata: { name: '1.0.0' } }, 422, [['spec', undefined]]],
    ['a metric without a condition', '/v1/analysis-templates/bad', { ...head, kind: 'AnalysisTemplate', metadata: { name: 'bad' }, spec: { metrics: [{ name: 'errors', measure: 'errorPercent' }] } }, 400, [['spec.metrics.0.success', undefined]]],
  ];
};

/** Bad requests for a deployment. */
const requests = (): readonly (readonly [what: string, fields: object, status: number, errors: readonly (readonly [string, unknown])[]])[] => [
  ['an unknown application', { application: 'nothing' }, 422, [['application', 'nothing']]],
  ['an unknown release', { release: '9.9.9' }, 422, [['release', '9.9.9']]],
  ['an unknown environment', { environment: 'nowhere' }, 422, [['environment', 'nowhere']]],
  ['a release that is a number', { release: 1 }, 400, [['release', 1]]],
  ['no release', { release: undefined }, 400, [['release', undefined]]],
  ['an unknown strategy', { strategy: 'shadow' }, 400, [['strategy', 'shadow']]],
  ...[10.5, -1, 101, '10'].map((weight) => [`the weight ${JSON.stringify(weight)}`, { strategy: canary(weight) }, 400, [['strategy.steps.0.weightPercent', weight]]] as const),
  ['an unknown template', { strategy: { type: 'canary', steps: [{ analysis: { template: 'nowhere' } }] } }, 422, [['strategy', 'nowhere']]],
  ['a priority that is none', { priority: 'urgent' }, 400, [['priority', 'urgent']]],
  ['an unknown field', { colour: 'red' }, 400, [['colour', 'red']]],
];

describe('a bad document', () => {
  it('is answered with its field, rule and value, and changes nothing', async () => {
    const before = await tenant.countEvents();
    for (const [what, path, body, status, fields] of documents()) {
      const answered = await tenant.request('PUT', path, { body });
      expect([what, answered.status, answered.headers.get('content-type')]).toEqual([what, status, 'application/problem+json']);
      const { errors = [], detail } = problemOf(answered);
      expect([what, errors.map(({ field, value }) => [field, value])]).toEqual([what, expect.arrayContaining(fields.map((one) => [...one]))]);
      for (const { rule } of errors) expect(rule).not.toBe('');
      expect(detail).not.toBe('');
    }
    expect(await tenant.countEvents()).toBe(before);
  });
});

describe('a bad request for a deployment', () => {
  it('is answered with its field, rule and value, and changes nothing', async () => {
    const before = await tenant.countEvents();
    for (const [what, fields, status, errors] of requests()) {
      for (const path of ['/v1/deployments', '/v1/plans', '/v1/validations']) {
        const answered = await tenant.request('POST', path, { body: { ...shop.request('1.0.0'), ...fields } });
        expect([what, path, { status: answered.status, fields: told(answered).fields }]).toEqual([what, path, { status, fields: errors }]);
      }
    }
    expect(await tenant.countEvents()).toBe(before);
  });
});

describe('a bad request', () => {
  it('is told what is wrong: path, method, id, body, type, key', async () => {
    expect(told(await tenant.request('GET', '/v1/nothing'))).toMatchObject({ status: 404, code: 'not-found' });
    expect(told(await tenant.request('DELETE', '/v1/deployments'))).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(told(await tenant.request('GET', '/v1/deployments/nonsense'))).toEqual({ status: 400, code: 'malformed-request', fields: [['path.id', 'nonsense']] });
    expect(told(await tenant.request('POST', '/v1/deployments', { body: '{"application":' }))).toMatchObject({ status: 400, code: 'malformed-request' });
    expect(told(await tenant.request('POST', '/v1/deployments', { body: '[]' }))).toMatchObject({ status: 400, code: 'malformed-request' });
    expect(told(await tenant.request('POST', '/v1/deployments', { body: 'application=shop', headers: { 'content-type': 'text/plain' } }))).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect(told(await tenant.request('POST', '/v1/deployments', { body: { application: 'x'.repeat(1_100_000) } }))).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(told(await request('GET', '/v1/deployments', { headers: { authorization: 'Basic YTpi' } }))).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(told(await request('GET', '/v1/deployments', { key: 'slk_nobody-has-this-key' }))).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('carries a trace id in its answer, the caller\'s where there is one', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answered = await tenant.request('GET', '/v1/deployments/nonsense', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    expect([answered.headers.get('x-trace-id'), problemOf(answered).traceId]).toEqual([trace, trace]);
    const other = await tenant.request('GET', '/v1/nothing');
    expect(other.headers.get('x-trace-id')).toBe(problemOf(other).traceId);
  });

  it('gets a problem that says what kind of error it is, whether to repeat, and what to do', async () => {
    const { type, title, errorType, severity, retriable, recoveryActions } = problemOf(await tenant.request('GET', '/v1/applications/unknown'));
    expect({ type, title, errorType, severity, retriable }).toEqual({ type: '/docs#problem-not-found', title: 'Nothing is found at this path', errorType: 'configuration', severity: 'low', retriable: false });
    expect(recoveryActions.length).toBeGreaterThan(0);
    expect((await request('GET', '/docs')).text).toContain('id="problem-not-found"');
  });
});
