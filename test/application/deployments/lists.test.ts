import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { summaryIndex } from '#application/deployments/summary-index';
import { deploymentSummaryExample } from '#contracts/http/deployment-examples';
import type { DeploymentSummary } from '#contracts/views';
import { deploymentSummary } from '#contracts/views';
import { readModels } from '#ports/read-model';

import { QuietSystem } from '../quiet-system.ts';
import { putShop, requestShop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const APPLICATIONS = ['shop', 'store'] as const;
const ENVIRONMENTS = ['staging', 'production'] as const;
const STATES = ['Succeeded', 'RolledBack', 'Progressing'] as const;

/** Forty-eight deployments, four of each combination, oldest first, as the projector brings them in. */
async function bringDeployments(): Promise<readonly DeploymentSummary[]> {
  const all: DeploymentSummary[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (const application of APPLICATIONS) {
      for (const environment of ENVIRONMENTS) {
        for (const state of STATES) {
          const id = `dep-01kaj3zv6w8y2r9d4x5b7c${String(all.length).padStart(4, '0')}`;
          const summary = deploymentSummary.parse({ ...deploymentSummaryExample, id, application, environment, state });
          all.push(summary);
          await system.engine.ports.readModels.put('default', 'deployments', { key: id, version: summary.version, index: summaryIndex(summary), document: summary });
        }
      }
    }
  }
  return all;
}

type Filters = Partial<Pick<DeploymentSummary, 'application' | 'environment' | 'state'>>;

/** Every combination of filters, each with one of its values. */
const combinations: readonly Filters[] = [undefined, 'shop'].flatMap((application) => [undefined, 'production'].flatMap((environment) => [undefined, 'RolledBack' as const].map((state) => ({
  ...(application === undefined ? {} : { application }), ...(environment === undefined ? {} : { environment }), ...(state === undefined ? {} : { state }),
}))));

describe('deployments', () => {
  it('are listed by every combination of filters, newest first, in full pages', async () => {
    const all = await bringDeployments();
    expect(combinations).toHaveLength(8);
    for (const filters of combinations) {
      const fitting = all.filter((one) => Object.entries(filters).every(([name, value]) => Reflect.get(one, name) === value)).map((one) => one.id).toReversed();
      const found: string[] = [];
      const sizes: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await system.call('listDeployments', { query: { ...filters, limit: 5, ...(cursor === undefined ? {} : { cursor }) } });
        found.push(...page.items.map((one) => one.id));
        sizes.push(page.items.length);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect([filters, found]).toEqual([filters, fitting]);
      expect(sizes.slice(0, -1).every((size) => size === 5)).toBe(true);
    }
  });

  it('leave a combination when their state changes', async () => {
    const [first] = await bringDeployments();
    if (first === undefined) throw new Error('there are deployments');
    const ids = async (query: object) => (await system.call('listDeployments', { query })).items.map((one) => one.id);
    expect(await ids({ application: 'shop', environment: 'staging', state: 'Succeeded' })).toContain(first.id);
    const changed = { ...first, state: 'RollingBack', version: first.version + 1 } as const;
    await system.engine.ports.readModels.put('default', 'deployments', { key: first.id, version: changed.version, index: summaryIndex(changed), document: changed });
    expect(await ids({ application: 'shop', environment: 'staging', state: 'Succeeded' })).not.toContain(first.id);
    expect(await ids({ environment: 'staging', state: 'RollingBack' })).toEqual([first.id]);
  });

  it('stand under one index for each combination, all of which the port declares', () => {
    const index = summaryIndex({ application: 'shop', environment: 'production', state: 'Paused' });
    expect(index).toEqual({
      application: 'shop', environment: 'production', state: 'Paused', applicationEnvironment: 'shop/production', applicationState: 'shop/Paused', environmentState: 'production/Paused', applicationEnvironmentState: 'shop/production/Paused',
    });
    expect(Object.keys(index).toSorted()).toEqual([...readModels.deployments.indexes].toSorted());
  });
});

describe('events', () => {
  it('of a deployment are listed by type, in pages, with the cursor of what was shown', async () => {
    await putShop(system);
    const id = await requestShop(system, '1.4.2');
    const all = (await system.call('listDeploymentEvents', { params: { id } })).items;
    expect(all.map((one) => one.type)).toEqual(expect.arrayContaining(['DeploymentRequested', 'DeploymentPlanned']));
    const planned = await system.call('listDeploymentEvents', { params: { id }, query: { type: 'DeploymentPlanned' } });
    expect(planned).toEqual({ items: all.filter((one) => one.type === 'DeploymentPlanned') });
    expect((await system.call('listDeploymentEvents', { params: { id }, query: { type: 'VerdictReached' } })).items).toEqual([]);
    expect(await system.call('listEvents', { query: { stream: `deployment/${id}`, type: 'DeploymentPlanned' } })).toEqual(planned);
  });

  it('of one type go on from a cursor within their stream', async () => {
    for (const round of [1, 2, 3]) {
      await system.append('key/ci', { type: 'ApiKeyCreated', payload: { key: `ci-${round}`, name: 'ci', role: 'viewer', target: null, expiresAt: null, by: 'alice' } }, { type: 'ApiKeyRevoked', payload: { key: `ci-${round}`, by: 'alice' } });
    }
    const page = async (cursor?: string) => await system.call('listEvents', { query: { stream: 'key/ci', type: 'ApiKeyRevoked', limit: 2, ...(cursor === undefined ? {} : { cursor }) } });
    const first = await page();
    expect([first.items.map((one) => one.version), first.nextCursor]).toEqual([[2, 4], '4']);
    const second = await page(first.nextCursor);
    expect([second.items.map((one) => one.version), second.nextCursor]).toEqual([[6], undefined]);
  });

  it('of the whole tenant cannot be had by type, for that would search its feed', async () => {
    expect(await system.refusal('listEvents', { query: { type: 'ApiKeyRevoked' } })).toMatchObject({ code: 'rule-broken', detail: { errors: [{ field: 'query.type', value: 'ApiKeyRevoked' }] } });
  });

  it('have types that are known', async () => {
    await expect(system.call('listEvents', { query: { stream: 'key/ci', type: 'KeyRevoked' } })).rejects.toMatchObject({ name: 'ZodError' });
  });
});
