import fc from 'fast-check';

import type { CanaryStep, StrategyChoice } from '#domain/resources/strategy';

import type { Asked, TestComponent } from './planned.ts';

const amount = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`));
const template = fc.constant({ template: 'errors' });
const approval = fc.record({ required: fc.integer({ min: 1, max: 3 }), timeoutSeconds: fc.integer({ min: 10, max: 1000 }) });

const canaryStep: fc.Arbitrary<CanaryStep> = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((weightPercent) => ({ weightPercent })),
  fc.integer({ min: 1, max: 100 }).map((bakeSeconds) => ({ bakeSeconds })),
  fc.constantFrom({ pause: {} }, { pause: { durationSeconds: 20 } }),
  template.map((analysis) => ({ analysis })),
  approval.map((gate) => ({ approval: gate })),
);

const shared = { analysis: template, progressDeadlineSeconds: fc.integer({ min: 1, max: 900 }), rollbackTriggers: fc.record({ verdict: fc.boolean(), health: fc.boolean(), deadline: fc.boolean(), manual: fc.boolean() }, { requiredKeys: [] }) };

/** Any strategy, with any of its fields. */
export const anyStrategy: fc.Arbitrary<StrategyChoice> = fc.oneof(
  fc.record({ type: fc.constant('canary' as const), steps: fc.array(canaryStep, { maxLength: 5 }), ...shared }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('blue-green' as const), prePromotionAnalysis: template, postPromotionAnalysis: template, automaticSwitch: fc.boolean(), approval, scaleDownDelaySeconds: fc.integer({ min: 0, max: 300 }), ...shared }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('rolling' as const), batchSize: amount, maxUnavailable: amount, ...shared }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('recreate' as const), ...shared }, { requiredKeys: ['type'] }),
);

const component: fc.Arbitrary<TestComponent> = fc.record({
  name: fc.constantFrom('web', 'api', 'mailer', 'cache'), type: fc.constantFrom('service', 'function', 'worker', 'extension'), replicas: fc.integer({ min: 0, max: 6 }), artefact: fc.constantFrom('first', 'next'),
  dependencies: fc.subarray(['web', 'api', 'mailer', 'cache']),
});
const components = fc.uniqueArray(component, { minLength: 1, maxLength: 4, selector: (one) => one.name });

/** Anything that may be asked of the planners: one to three waves, with and without something stable. */
export const anyAsked: fc.Arbitrary<Asked> = fc.record({
  strategy: anyStrategy, next: components,
  waves: fc.constantFrom([['edge-1']], [['edge-1', 'edge-2']], [['edge-1'], ['edge-2', 'edge-3']], [['edge-1'], ['edge-2'], ['edge-3']]),
  stable: fc.dictionary(fc.constantFrom('edge-1', 'edge-2', 'edge-3'), components),
  isRollback: fc.boolean(), approvals: fc.option(approval, { nil: undefined }),
});
