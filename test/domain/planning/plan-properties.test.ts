import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { changesTraffic } from '#domain/deployment/plan';
import type { ChangeStep, Plan, PlanStep } from '#domain/deployment/plan';
import { takesTraffic } from '#domain/resources/application';

import { anyAsked } from './arbitrary-plans.ts';
import { planOf } from './planned.ts';
import type { Asked } from './planned.ts';

/** Checks a rule on the plan of anything that may be asked; the plan has gone through its own schema. */
function everyPlan(rule: (plan: Plan, asked: Asked) => void): void {
  fc.assert(fc.property(anyAsked, (asked) => {
    rule(planOf(asked), asked);
  }), { numRuns: 300 });
}

function changesOf(plan: Plan): readonly ChangeStep[] {
  return plan.steps.filter((step): step is ChangeStep => 'replicas' in step);
}

/** Where each component stands on each target when all steps are done. */
function endOf(plan: Plan): ReadonlyMap<string, { readonly new: number; readonly stable: number }> {
  return new Map(changesOf(plan).flatMap((step) => step.targets.flatMap((target) => Object.entries(step.replicas).map(([name, counts]) => [`${target}/${name}`, counts] as const))));
}

describe('every plan', () => {
  test('ends with all traffic and all instances on the new release, on every target', () => {
    everyPlan((plan) => {
      const end = endOf(plan);
      for (const component of plan.components.filter((one) => one.change === 'replace')) {
        for (const target of plan.targets) expect(end.get(`${target.name}/${component.name}`)).toMatchObject({ new: component.newReplicas });
      }
      expect(changesOf(plan).at(-1)?.weightPercent ?? 100).toBe(100);
    });
  });

  test('leaves nothing of the old release but what its clean-up stops', () => {
    everyPlan((plan) => {
      const cleaned = new Set(plan.cleanup === null ? [] : plan.cleanup.step.targets.flatMap((target) => Object.keys(plan.cleanup?.step.replicas ?? {}).map((name) => `${target}/${name}`)));
      const stable = new Set(plan.targets.filter((one) => one.stable !== null).map((one) => one.name));
      const left = [...endOf(plan)].filter(([place, counts]) => counts.stable > 0 && stable.has(place.split('/')[0] ?? '') && !cleaned.has(place));
      expect(left).toEqual([]);
    });
  });

  test('gives each step an id of its own', () => {
    everyPlan((plan) => {
      const ids = plan.steps.map((step) => step.id);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  test('changes only targets of the step\'s wave, but for a return and the end', () => {
    everyPlan((plan, asked) => {
      const wave = new Map(plan.targets.map((one) => [one.name, one.wave]));
      const narrow = plan.steps.filter((step): step is Extract<PlanStep, { targets: string[] }> => 'targets' in step && step.kind !== 'retire' && asked.isRollback !== true);
      for (const step of narrow) expect(step.targets.map((target) => wave.get(target))).toEqual(step.targets.map(() => step.wave));
    });
  });

  test('finishes a wave before it begins the next', () => {
    everyPlan((plan) => {
      const waves = plan.steps.filter((step) => step.kind !== 'retire' && step.kind !== 'approve').map((step) => step.wave);
      expect(waves).toEqual(waves.toSorted((one, other) => one - other));
    });
  });

  test('touches no component that is unchanged', () => {
    everyPlan((plan) => {
      const unchanged = new Set(plan.components.filter((one) => one.change === 'unchanged').map((one) => one.name));
      expect(changesOf(plan).flatMap((step) => Object.keys(step.replicas)).filter((name) => unchanged.has(name))).toEqual([]);
    });
  });

  test('starts no worker before all traffic of its wave is on the new release', () => {
    everyPlan((plan) => {
      const workers = new Set(plan.components.filter((one) => !takesTraffic(one.type)).map((one) => one.name));
      for (const [index, step] of plan.steps.entries()) {
        if (!('replicas' in step) || !Object.entries(step.replicas).some(([name, counts]) => workers.has(name) && counts.new > 0)) continue;
        const later = plan.steps.slice(index).filter((other) => other.wave === step.wave && (other.kind === 'shift' || other.kind === 'promote' || other.kind === 'switch'));
        expect(later).toEqual([]);
      }
    });
  });

  test('holds before each change that clients notice: all but preparations, verifications and the end of the old side', () => {
    everyPlan((plan) => {
      for (const step of plan.steps) expect(changesTraffic(step)).toBe(['shift', 'replace', 'switch', 'promote', 'workers'].includes(step.kind));
    });
  });

  test('is the same for the same request', () => {
    everyPlan((plan, asked) => {
      expect(planOf(asked)).toEqual(plan);
    });
  });
});
