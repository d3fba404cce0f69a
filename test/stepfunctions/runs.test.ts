import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Plan } from '#domain/deployment/plan';
import { machines } from '#stepfunctions/machines';

import { anyAsked } from '../domain/planning/arbitrary-plans.ts';
import { changed, mailer, planOf, web } from '../domain/planning/planned.ts';
import { ann } from '../domain/deployment/story.ts';
import { runMachine } from './simulated-run.ts';
import { SimulatedTargets } from './simulated-targets.ts';
import type { Behaviour } from './simulated-targets.ts';

const shop = [web, mailer];
const next = changed(shop);
const stable = { 'edge-1': [...shop, { name: 'api' }] };
const template = { template: 'errors' };

/** One plan per strategy, with every kind of step that its planner can emit. */
const plans = {
  canary: planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: 60 }, { pause: {} }, { analysis: template }, { approval: { required: 2, timeoutSeconds: 3600 } }] }, next, stable, approvals: { required: 1, timeoutSeconds: 60 } }),
  'blue-green': planOf({ strategy: { type: 'blue-green', prePromotionAnalysis: template, postPromotionAnalysis: template, automaticSwitch: false }, next, stable, approvals: { required: 1, timeoutSeconds: 60 } }),
  rolling: planOf({ strategy: { type: 'rolling', batchSize: 1, maxUnavailable: 1 }, next, stable, approvals: { required: 1, timeoutSeconds: 60 } }),
  recreate: planOf({ strategy: { type: 'recreate' }, next, stable, approvals: { required: 1, timeoutSeconds: 60 } }),
} as const;
const names = ['canary', 'blue-green', 'rolling', 'recreate'] as const;

function run(plan: Plan, behaviour: Behaviour = {}, troubles: Parameters<typeof runMachine>[2] = []) {
  const targets = new SimulatedTargets(plan, behaviour);
  const { ending, visits } = runMachine(plan.strategy, targets, troubles);
  return { ending, visits, states: visits.map((one) => one.state), state: targets.state, targets };
}

describe('every plan', () => {
  test('has a state for each of its steps in the machine of its strategy, and goes all the way', () => {
    fc.assert(fc.property(anyAsked, (asked) => {
      const plan = planOf(asked);
      const { ending, state, states } = run(plan);
      expect([ending.status, state.name, state.rollback]).toEqual(['SUCCEEDED', 'Succeeded', null]);
      expect(states).not.toContain('Begin rollback');
      expect(state.steps.filter((one) => one.phase === 'forward' && one.status !== 'succeeded' && one.step.kind !== 'pause')).toEqual([]);
    }), { numRuns: 40 });
  });

  test('comes to an end of its own, whichever of its commands fails', () => {
    fc.assert(fc.property(anyAsked, fc.nat(60), (asked, which) => {
      let sent = 0;
      const { ending, state } = run(planOf(asked), { report: (command) => (!command.includes('restore') && sent++ === which ? 'failed' : 'succeeded') });
      expect(ending.status).toBe('SUCCEEDED');
      expect(['Succeeded', 'RolledBack', 'Failed']).toContain(state.name);
      expect(state.name === 'Succeeded').toBe(sent <= which);
    }), { numRuns: 40 });
  });
});

describe.each(names)('the machine %s', (name) => {
  const plan = plans[name];

  test('walks all its states and none of the way back, when all goes well', () => {
    const { states, state } = run(plan);
    const wayBack = ['Begin rollback', 'Next restoring step', 'Restored', 'Restore stable', 'Restoring ended', 'Wait before repeating'];
    const onlyFirst = name === 'blue-green' ? ['Start with all traffic', 'Retire the old release'] : [];
    expect(state.name).toBe('Succeeded');
    expect(Object.keys(machines[name].States).filter((one) => !states.includes(one)).toSorted()).toEqual([...wayBack, ...onlyFirst].toSorted());
  });

  test.each([
    ['a first deployment', { stable: {} }], ['a return to an earlier release', { stable, isRollback: true }], ['workers alone', { next: [web, ...changed([mailer])], stable: { 'edge-1': shop } }], ['nothing to do', { next: shop, stable: { 'edge-1': shop } }],
  ])('carries %s', (_, asked) => {
    const { state, states } = run(planOf({ strategy: { type: name }, next, ...asked }));
    expect([state.name, states.includes('Begin rollback')]).toEqual(['Succeeded', false]);
  });

  test('goes through the gate before each change of traffic, and before no other step', () => {
    const { states } = run(plan);
    const gated = states.flatMap((state, index) => (states[index - 1] === 'Gate passed' ? [state] : []));
    expect(gated).toHaveLength(plan.steps.filter((step) => 'changesTraffic' in step && step.changesTraffic).length);
  });

  const tasks = Object.entries(machines[name].States).flatMap(([state, { Type }]) => (Type === 'Task' ? [state] : []));
  const forward = [...new Set(run(plan).states)].filter((state) => tasks.includes(state) && state !== 'Conclude');

  test.each(forward)('takes it in its stride when %s fails for a moment', (state) => {
    const { states, state: after } = run(plan, {}, [{ state, error: 'Lambda.TooManyRequestsException', times: 3 }]);
    expect([after.name, states.includes('Begin rollback')]).toEqual(['Succeeded', false]);
  });

  test.each(forward)('goes back when %s fails for good, and ends with a terminal event', (state) => {
    const { states, state: after, ending } = run(plan, {}, [{ state, error: 'Lambda.Unknown', times: 1000 }]);
    expect(ending.status).toBe('SUCCEEDED');
    expect(states.slice(-2)).toEqual(['Ended', 'Concluded']);
    expect(after.rollback).toMatchObject({ cause: 'failure', reason: expect.stringContaining('Lambda.Unknown') });
    expect(['RolledBack', 'Failed']).toContain(after.name);
    expect(after.steps.filter((one) => one.phase === 'rollback' && one.status !== 'succeeded')).toEqual([]);
  });

  test.each(['Validate', 'Next step'])('asks again when %s is lost', (state) => {
    expect(run(plan, {}, [{ state, error: 'lost', times: 2 }]).state.name).toBe('Succeeded');
  });

  test('takes a step without any report for a passed deadline', () => {
    const dispatched = plan.steps.find((step) => 'replicas' in step)?.id ?? '';
    const { state } = run(plan, { report: (command) => (command.includes(`/${dispatched}/`) ? 'silent' : 'succeeded') });
    expect(state).toMatchObject({ name: 'RolledBack', rollback: { cause: 'deadline' } });
    expect(state.reason).toContain('the progress deadline of 600 s was passed at');
  });

  test('goes back after a denial by silence', () => {
    const { state } = run(plan, { isAnswered: false });
    expect(state).toMatchObject({ name: 'Aborted', reason: 'nobody approved within 60 s' });
  });

  test('goes through the gate again when a pause comes between gate and dispatch', () => {
    let isPaused = false;
    const { states, state } = run(plan, {
      before: (task, step, targets) => {
        if (isPaused || task !== 'dispatch-step' || !plan.steps.some((one) => one.id === step && 'changesTraffic' in one && one.changesTraffic)) return;
        isPaused = true;
        targets.ask({ type: 'Pause', by: ann, at: targets.at });
        targets.later(30, { type: 'Resume', by: ann, at: targets.at });
      },
    });
    expect(state.name).toBe('Succeeded');
    const first = states.indexOf('Gate passed');
    const change = states[first + 1] ?? '';
    expect(states.slice(first, first + 8)).toEqual(['Gate passed', change, 'Step ended', 'Next step', 'What next', 'Gate', 'Gate passed', change]);
  });

  test('goes back from its very end when the abort comes in the last moment', () => {
    let isAborted = false;
    const { states, state, ending } = run(plan, {
      before: (task, _, targets) => {
        if (isAborted || task !== 'conclude-deployment') return;
        isAborted = true;
        targets.ask({ type: 'Abort', cause: 'aborted', by: ann, at: targets.at });
      },
    });
    expect([ending.status, state.name]).toEqual(['SUCCEEDED', 'Aborted']);
    const first = states.indexOf('Conclude');
    expect(states.slice(first, first + 4)).toEqual(['Conclude', 'Ended', 'Begin rollback', 'Next restoring step']);
    expect(states.slice(-3)).toEqual(['Conclude', 'Ended', 'Concluded']);
  });
});
