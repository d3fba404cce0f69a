import { describe, expect, it } from 'vitest';

import { HOUR_PARTS } from '#aws/event-item';
import { MAXIMUM_TRANSACTION } from '#aws/table';
import { busRules, gatewayRules } from '#contracts/bus-rules';
import { tenantRate } from '#contracts/rates';

import { recordedCounts } from '../../bench/ledger/rows.ts';
import { apiUses, authorizerCalls, authorizerHitRate, fanOut, requestsPerKey, tenantsFor } from '../../bench/scale-api.ts';
import { demandOf, waitingAgentDemand } from '../../bench/scale-demand.ts';
import { deploymentsADayUntilHot, hotKeys, subscriptionReadUnits, tenantBounds, unitsAtPeak } from '../../bench/scale-keys.ts';
import { agentsAt, doublingsFor, growth, levels, onTheWay, openAtPeak, peakRate, projectedBesideFollowers, projectedPerSecond, relayedPerSecond, shardsOf, shareOf, sweepRoundMinutes, sweepRunSeconds, tightest, usesOf } from '../../bench/scale-levels.ts';
import type { Level, Use } from '../../bench/scale-levels.ts';
import { own, sweepCalls } from '../../bench/scale-own.ts';
import { quotaOf } from '../../bench/scale-quotas.ts';
import { historyEvents } from '../../bench/scale-spare.ts';

const [hundred, tenThousand, million] = levels;

const NONE: Use = { what: 'none', need: Number.NaN, limit: Number.NaN, unit: '', suffers: 'all', remedy: '' };
const useOf = (uses: readonly Use[], what: string): Use => uses.find((one) => one.what === what) ?? NONE;
const keyNamed = (name: string) => hotKeys.filter(({ key }) => key.includes(name)).map((key) => ({ at: (level: Level) => unitsAtPeak(key, level), dailyLimit: deploymentsADayUntilHot(key) }))[0];
const nearest = (level: Level, kind: 'kubernetes' | 'agent', isSmallest = false): Use => tightest(onTheWay(usesOf(level, kind, isSmallest)))[0] ?? NONE;

describe('a level', () => {
  it('has its peak at five times the mean', () => {
    expect(peakRate({ deploymentsADay: 86_400 })).toBe(growth.peak);
    expect(openAtPeak({ deploymentsADay: 86_400 }, { openSeconds: 600 })).toBe(3000);
  });

  it('asks for a warmer table as often as it must double from the 4,000 writes of a new one', () => {
    expect([4000, 4001, 8000, 32_000, 100].map(doublingsFor)).toEqual([0, 1, 1, 3, 0]);
  });

  it('has what a canary was counted to ask for, so many times', () => {
    const { canary } = recordedCounts();
    expect(demandOf('agent')).toMatchObject({ requests: canary.clients?.restRequests, transitions: canary.transitions, relayedEvents: canary.events });
    expect(demandOf('kubernetes').requests).toBe(1);
    expect(demandOf('kubernetes').writeUnits).toBeLessThan(demandOf('agent').writeUnits / 2);
    expect(useOf(usesOf(million, 'agent'), 'State transitions').need).toBeCloseTo((canary.transitions * 5e6) / 86_400);
  });
});

describe('what ends first', () => {
  it('is nothing at 100 deployments a day, in any Region', () => {
    const uses = [false, true].flatMap((isSmallest) => [...usesOf(hundred, 'kubernetes', isSmallest), ...usesOf(hundred, 'agent', isSmallest)]);
    expect(uses.filter((one) => shareOf(one) > 0.1)).toEqual([]);
  });

  it('is the stage\'s own throttle at 10,000 a day with agents, and nothing on the way of deployments without', () => {
    expect(nearest(tenThousand, 'agent')).toMatchObject({ what: 'Requests at the stage', limit: own.stageRequestsPerSecond });
    expect(shareOf(nearest(tenThousand, 'kubernetes', true))).toBeLessThan(0.1);
  });

  it('is tokens of Step Functions at 1,000,000 a day on Kubernetes, and the bus in a small Region', () => {
    expect(nearest(million, 'kubernetes').quota).toBe('tokensAnswered');
    expect(nearest(million, 'kubernetes', true).quota).toBe('eventsPut');
    expect(nearest(million, 'agent').what).toBe('Requests at the stage');
  });

  it('is, beside that way, the sweep, which gets round in its minute up to a thousand tenants', () => {
    expect(tightest(usesOf(million, 'kubernetes'))[0]?.what).toBe('A round of the sweep through all tenants');
    expect(levels.map((level) => sweepRoundMinutes(openAtPeak(level), level.tenants, agentsAt(level, 'agent')) > 1)).toEqual([false, false, true]);
    expect(levels.map((level) => sweepRunSeconds(openAtPeak(level), level.tenants, agentsAt(level, 'agent')) > own.sweepFunctionSeconds / 2)).toEqual([false, false, false]);
  });

  it('counts for the sweep about as many calls as were counted of it', () => {
    const sweep = recordedCounts().canary.functions['sweep'];
    const counted = (sweep?.counts?.calls ?? 0) / (sweep?.calls ?? 1);
    const computed = sweepCalls.all + HOUR_PARTS * sweepCalls.eachHourPart + 2 * sweepCalls.eachTenant + sweepCalls.eachTarget + sweepCalls.eachMovedTenant + sweepCalls.eachDeployment;
    expect(computed / counted).toBeGreaterThan(0.8);
    expect(computed / counted).toBeLessThan(1.25);
  });
});

describe('a partition', () => {
  it('of the largest tenant\'s feed takes two units for each relayed event', () => {
    const perSecond = (1_000_000 / 86_400) * growth.peak * growth.largestTenant;
    expect(keyNamed('#feed`')?.at(million)).toBeCloseTo(2 * recordedCounts().canary.events * perSecond);
    expect(keyNamed('#feed`')?.at(million)).toBeLessThan(quotaOf('partitionWriteUnits'));
  });

  it('is at its limit where a tenant has so many deployments a day as the page says', () => {
    for (const key of hotKeys) {
      const daily = deploymentsADayUntilHot(key);
      expect(unitsAtPeak(key, { deploymentsADay: daily / growth.largestTenant, tenants: 1 })).toBeCloseTo(quotaOf(key.quota));
    }
    expect(keyNamed('#feed`')?.dailyLimit).toBeGreaterThan(100_000);
  });

  it('of the index by time takes its part of all events, a quarter of what it can at 1,000,000 a day', () => {
    const use = useOf(usesOf(million, 'kubernetes'), 'Writes of one part of an hour in the index by time');
    expect(use.need).toBeCloseTo((demandOf('kubernetes').events * 5e6) / 86_400 / HOUR_PARTS);
    expect(shareOf(use)).toBeGreaterThan(0.2);
    expect(shareOf(use)).toBeLessThan(0.3);
  });

  it('of subscriptions is read by 4 kB: 500 of 300 bytes are 37 units, and too many at 1,000,000 a day', () => {
    expect(subscriptionReadUnits(500)).toBe(37);
    expect(keyNamed('#subscription`')?.at(million)).toBeGreaterThan(quotaOf('partitionReadUnits'));
    expect(keyNamed('#subscription`')?.at(tenThousand)).toBeLessThan(quotaOf('partitionReadUnits') / 10);
  });

  it('of the feed\'s end is moved once for as many events as a transaction can have', () => {
    expect(own.feedEventsPerTransaction).toBe(49);
    expect(2 * own.feedEventsPerTransaction + 1).toBeLessThanOrEqual(MAXIMUM_TRANSACTION);
  });
});

describe('the stream', () => {
  it('has a shard for each thousand writes, and four from the first', () => {
    expect([1, 4000, 4001, 9500].map(shardsOf)).toEqual([4, 4, 5, 10]);
  });

  it('is projected by full batches of which so many streams are worked on at once', () => {
    expect(projectedPerSecond({ projectorCallsPerEvent: 10 })).toBeCloseTo((10 * 100) / (0.015 + (100 * 10 * 0.008) / own.atOnce));
    expect(projectedBesideFollowers()).toBeLessThan((10 * 100) / own.followersSeconds);
    expect(relayedPerSecond()).toBeGreaterThan(projectedPerSecond());
  });

  it('is in time at 1,000,000 a day with ten batches of a shard at once, unless followers hold each of them up', () => {
    const share = (what: string) => shareOf(useOf(usesOf(million, 'kubernetes'), what));
    for (const what of ['Events projected', 'Events relayed']) {
      expect(share(what)).toBeLessThan(0.5);
      expect(share(what) * own.batchesPerShard).toBeGreaterThan(1);
    }
    expect(share('Events projected while followers ask for more than they get')).toBeGreaterThan(1);
  });
});

describe('requests', () => {
  it('ask the authorizer once for each key in the time that its answer is kept', () => {
    expect(authorizerHitRate(1000, 30)).toBeCloseTo(0.999);
    expect(authorizerHitRate(1, 1000)).toBe(0);
    const { canary } = recordedCounts();
    const predicted = authorizerCalls((canary.clients?.restRequests ?? 0) / canary.seconds, 1) * canary.seconds;
    // A call more or less is a twentieth: the answer's time is over in the middle of the canary's last requests or is not.
    expect(predicted / (canary.functions['authorizer']?.calls ?? 0)).toBeGreaterThan(0.85);
    expect(predicted / (canary.functions['authorizer']?.calls ?? 0)).toBeLessThan(1.15);
  });

  it('are more than the stage lets in at 10,000 a second, and end at Lambda\'s calls before its executions', () => {
    const uses = apiUses(10_000);
    expect(tightest(uses)[0]?.what).toBe('Requests at the stage');
    expect(shareOf(useOf(uses, 'Calls of the API\'s function'))).toBe(1);
    expect(shareOf(useOf(uses, 'Functions at once'))).toBeLessThan(1);
    expect(waitingAgentDemand().secondsPerRequest).toBeLessThan(1 / quotaOf('callsPerEnvironment'));
  });

  it('come from as many tenants at least as their throttle makes necessary', () => {
    expect([10_000, 50_000].map(tenantsFor)).toEqual([10_000 / tenantRate.perSecond, 50_000 / tenantRate.perSecond]);
    expect(requestsPerKey()).toBeGreaterThan(0.1);
  });
});

describe('one tenant', () => {
  it('has as many agents as its throttle lets ask', () => {
    const [agents] = tenantBounds();
    expect((agents?.limit ?? 0) * requestsPerKey()).toBeCloseTo(tenantRate.perSecond);
  });

  it('has each event posted to each subscriber, and holds up its shard for so long at the most as followers may', () => {
    expect(fanOut(100).postsPerDeployment).toBe(100 * recordedCounts().canary.events);
    expect(fanOut(10).secondsPerBatch).toBeCloseTo((2 + 2) * 0.008);
    expect(fanOut(100_000).secondsPerBatch).toBe(own.followersSeconds);
  });
});

describe('AWS\'s bounds of one thing', () => {
  it('leave room for tenants\' rules on the bus', () => {
    expect(own.rules).toBe(busRules.length + gatewayRules.length + 1);
    expect(quotaOf('rulesPerBus') - own.rules).toBe(293);
  });

  it('leave room for the history of the longest plan', () => {
    expect(historyEvents(100)).toBeLessThan(quotaOf('historyEvents') / 5);
  });
});
