import { describe, expect, it } from 'vitest';

import { agentCanary, idleMonth, kubernetesCanary, recordedCounts } from '../../bench/ledger/rows.ts';
import { costOf } from '../../bench/ledger/operations.ts';
import { costAt } from '../../bench/scale-cost.ts';
import { own } from '../../bench/scale-own.ts';
import { PAGE, markersOf, scaleTables, withTables } from '../../bench/scale-page.ts';
import { quotaNames, quotaOf, quotas } from '../../bench/scale-quotas.ts';
import { readProjectFile } from '../architecture/project.ts';

const page = readProjectFile(PAGE);

describe('the page on growth', () => {
  it('stands as counts, quotas and code say; `npm run scale -- --write` writes it anew', () => {
    expect(withTables(page)).toBe(page);
  });

  it('has a place for each table, and no other', () => {
    const places = [...page.matchAll(/<!-- scale, ([a-z-]+): /g)].map(([, place]) => place);
    expect(places.toSorted()).toEqual(Object.keys(scaleTables()).toSorted());
    expect(() => withTables(page.replace(markersOf('keys').begin, ''))).toThrow(markersOf('keys').begin);
  });

  it('says in words what the figures say', () => {
    expect(page).toContain(`one bus forwards for ${quotaOf('rulesPerBus') - own.rules} tenants`);
    expect(page).toContain(`${own.stageRequestsPerSecond.toLocaleString('en')} requests a second for all tenants together`);
    const { clients, functions } = recordedCounts().canary;
    expect(page).toContain(`let in ${clients?.restRequests} times by ${functions['authorizer']?.calls} calls`);
  });
});

describe('quotas', () => {
  it('have a page of AWS as their source, and the day on which they were looked up', () => {
    expect(Object.keys(quotas.items).toSorted()).toEqual([...quotaNames].toSorted());
    expect(Object.values(quotas.items).every(({ source }) => source.title !== '')).toBe(true);
    expect(quotas.checked >= '2026-11-21').toBe(true);
  });

  it('are never more in the smallest Region', () => {
    for (const name of quotaNames) expect(quotaOf(name, true)).toBeLessThanOrEqual(quotaOf(name));
  });
});

describe('bounds of our own', () => {
  it.each([
    ['cdk/constructs/control-plane.ts', /REQUESTS_PER_SECOND = (\d+)/, own.stageRequestsPerSecond],
    ['cdk/constructs/rest-api.ts', /AUTHORIZER_CACHE_SECONDS = (\d+)/, own.authorizerCacheSeconds],
    ['cdk/constructs/control-plane.ts', /BATCHES_PER_SHARD = (\d+)/, own.batchesPerShard],
    ['shared/aws/checkpoints.ts', /SEALING_MILLISECONDS = ([\d_]+)/, own.sealingSeconds * 1000],
    ['cdk/constructs/control-plane.ts', /startingPosition: [^,]*, batchSize: (\d+)/, own.streamBatch],
    ['functions/projector.ts', /FOLLOWERS_MILLISECONDS = (\d+)/, own.followersSeconds * 1000],
    ['functions/runtime/serve-subscriptions.ts', /FOLLOWERS_MILLISECONDS = ([\d_]+)/, own.sweptFollowersSeconds * 1000],
    ['shared/application/agents/operations.ts', /ACTIVE_SAMPLE_SECONDS = (\d+)/, own.activeSampleSeconds],
    ['shared/aws/followers.ts', /TENANTS_AT_ONCE = (\d+)/, own.followedTenantsAtOnce],
    ['shared/application/sweep/schedules.ts', /SWEEP_MILLISECONDS = ([\d_]+)/, own.sweepSeconds * 1000],
    ['shared/application/sweep/schedules.ts', /MAXIMUM_DEPLOYMENTS = (\d+)/, own.sweepDeployments],
    ['shared/application/sweep/sweep-tenant.ts', /MAXIMUM_DEPLOYMENTS = (\d+)/, own.sweepDeploymentsOfTenant],
    ['shared/aws/feed.ts', /EVENTS_PER_TRANSACTION = (\d+)/, own.feedEventsPerTransaction],
  ])('that have no name outside of %s are what stands there (%s)', (path, pattern, expected) => {
    const found = [...readProjectFile(path).matchAll(new RegExp(pattern, 'g'))].map(([, digits = '']) => Number(digits.replaceAll('_', '')));
    expect(new Set(found)).toEqual(new Set([expected]));
  });

  it('are no more batches of a shard than Lambda works on', () => {
    expect(own.batchesPerShard).toBeLessThanOrEqual(quotaOf('batchesPerShard'));
  });
});

describe('what a level costs', () => {
  const counted = recordedCounts();

  it('is what the ledger says of one canary, so many times, and the idle month', () => {
    const canaries = 100 * (730 / 24);
    const list = canaries * costOf({ ...kubernetesCanary(counted), customMetricMonths: 0, traces: 0 }).list + costOf({ ...idleMonth(counted), customMetricMonths: 0, traces: 0 }).list;
    const metrics = costAt({ deploymentsADay: 100 }, 'kubernetes').parts.find(([name]) => name === 'customMetricMonths')?.[1] ?? 0;
    expect(costAt({ deploymentsADay: 100 }, 'kubernetes').list - metrics).toBeCloseTo(list, 6);
  });

  it('has no metric for more than all hours of a month', () => {
    const metrics = (deploymentsADay: number) => costAt({ deploymentsADay }, 'agent').parts.find(([name]) => name === 'customMetricMonths')?.[1];
    expect(metrics(1_000_000)).toBe(metrics(100_000));
    expect(metrics(1_000_000)).toBeLessThan(5);
  });

  it('is more with agents, by what these ask while they wait', () => {
    expect(costAt({ deploymentsADay: 10_000 }, 'agent').list).toBeGreaterThan(costOf(agentCanary(counted)).list * 10_000 * 30);
  });
});
