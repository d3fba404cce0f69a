import { describe, expect, test } from 'vitest';

import { resolveStrategy, templatesOf, triggersOf } from '#domain/planning/strategy';
import { applicationSpec } from '#domain/resources/application';
import { environmentSpec } from '#domain/resources/environment';
import type { StrategyChoice, StrategyOverrides, StrategyType } from '#domain/resources/strategy';

type Layers = { readonly strategy?: StrategyChoice; readonly strategies?: StrategyOverrides; readonly application?: StrategyOverrides };

function resolve(asked: StrategyType | StrategyChoice | null, { strategy, strategies, application }: Layers = {}) {
  const environment = environmentSpec.parse({ waves: [{ targets: ['edge-1'] }], ...(strategy === undefined ? {} : { strategy }), ...(strategies === undefined ? {} : { strategies }) });
  return resolveStrategy(asked, environment, applicationSpec.parse({ components: [{ name: 'web', port: 80 }], ...(application === undefined ? {} : { strategies: application }) }));
}

describe('the strategy of a request', () => {
  test('that names none is the environment\'s, and without one a rolling deployment', () => {
    expect(resolve(null)).toEqual({ type: 'rolling', progressDeadlineSeconds: 600, batchSize: '25%', maxUnavailable: 0 });
    expect(resolve(null, { strategy: { type: 'recreate' } })).toEqual({ type: 'recreate', progressDeadlineSeconds: 600 });
  });

  test.each([
    ['canary', { progressDeadlineSeconds: 600, steps: [{ weightPercent: 10 }, { bakeSeconds: 60 }, { weightPercent: 50 }, { bakeSeconds: 60 }] }],
    ['blue-green', { progressDeadlineSeconds: 600, automaticSwitch: true, scaleDownDelaySeconds: 30 }],
    ['rolling', { progressDeadlineSeconds: 600, batchSize: '25%', maxUnavailable: 0 }],
    ['recreate', { progressDeadlineSeconds: 600 }],
  ] as const)('%s has its defaults where nobody says anything', (type, defaults) => {
    expect(resolve(type)).toEqual({ type, ...defaults });
  });

  test('gets each field from the last layer that names it', () => {
    const layers: Layers = {
      strategies: { rolling: { batchSize: 1, maxUnavailable: 1, progressDeadlineSeconds: 100 } },
      strategy: { type: 'rolling', maxUnavailable: 2, progressDeadlineSeconds: 200 },
      application: { rolling: { progressDeadlineSeconds: 300 } },
    };
    expect(resolve(null, layers)).toEqual({ type: 'rolling', batchSize: 1, maxUnavailable: 2, progressDeadlineSeconds: 300 });
    expect(resolve('rolling', layers)).toEqual(resolve(null, layers));
  });

  test('of another type than the environment\'s default does not take its fields', () => {
    const layers: Layers = { strategy: { type: 'canary', progressDeadlineSeconds: 5 }, strategies: { recreate: { progressDeadlineSeconds: 7 } } };
    expect(resolve('recreate', layers)).toEqual({ type: 'recreate', progressDeadlineSeconds: 7 });
  });

  test('is taken as it is where the request carries a whole one', () => {
    const layers: Layers = { strategies: { canary: { steps: [], progressDeadlineSeconds: 100 } }, application: { canary: { steps: [{ weightPercent: 1 }] } } };
    expect(resolve({ type: 'canary', steps: [{ weightPercent: 33 }] }, layers)).toEqual({ type: 'canary', progressDeadlineSeconds: 600, steps: [{ weightPercent: 33 }] });
  });

  test('replaces a list of steps as a whole', () => {
    expect(resolve('canary', { strategies: { canary: { steps: [{ weightPercent: 5 }, { bakeSeconds: 5 }] } }, application: { canary: { steps: [{ weightPercent: 9 }] } } })).toMatchObject({ steps: [{ weightPercent: 9 }] });
  });
});

describe('rollback triggers', () => {
  test('are all on unless one is turned off', () => {
    expect(triggersOf(resolve('canary'))).toEqual({ verdict: true, health: true, deadline: true, manual: true });
    expect(triggersOf(resolve('canary', { application: { canary: { rollbackTriggers: { deadline: false } } } }))).toEqual({ verdict: true, health: true, deadline: false, manual: true });
  });
});

describe('the analysis templates of a strategy', () => {
  test.each<readonly [StrategyChoice, readonly string[]]>([
    [{ type: 'canary', analysis: { template: 'behind' }, steps: [{ weightPercent: 5 }, { analysis: { template: 'a' } }, { analysis: { template: 'b' } }] }, ['behind', 'a', 'b']],
    [{ type: 'blue-green', analysis: { template: 'behind' }, prePromotionAnalysis: { template: 'before' }, postPromotionAnalysis: { template: 'after' } }, ['behind', 'before', 'after']],
    [{ type: 'rolling', analysis: { template: 'behind' } }, ['behind']],
    [{ type: 'recreate' }, []],
  ])('of %j are %j', (choice, expected) => {
    expect(templatesOf(resolve(choice))).toEqual(expected);
  });
});
