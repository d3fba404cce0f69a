import { describe, expect, test } from 'vitest';

import { changed, mailer, planOf, web } from '../domain/planning/planned.ts';
import { ann, bob } from '../domain/deployment/story.ts';
import { runMachine } from './simulated-run.ts';
import { SimulatedTargets } from './simulated-targets.ts';

const shop = [web, mailer];
const plan = planOf({ strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { bakeSeconds: 60 }] }, next: changed(shop), stable: { 'edge-1': shop } });
const failing = (times: number) => {
  let attempts = 0;
  return (command: string) => {
    if (!command.includes('/restore')) return command.includes('/3-verify/') ? 'failed' as const : 'succeeded' as const;
    attempts += 1;
    return attempts <= times ? 'failed' as const : 'succeeded' as const;
  };
};

/** The lengths of the waits between repetitions, in seconds. */
function waitsOf(visits: ReturnType<typeof runMachine>['visits']): readonly number[] {
  return visits.flatMap((visit, index) => (visit.state === 'Wait before repeating' ? [(visits[index + 1]?.second ?? 0) - visit.second] : []));
}

describe('the way back', () => {
  test('repeats what fails after growing waits, up to five minutes, until it succeeds', () => {
    const targets = new SimulatedTargets(plan, { report: failing(9) });
    const { ending, visits } = runMachine('canary', targets);
    expect(ending.status).toBe('SUCCEEDED');
    expect(targets.state).toMatchObject({ name: 'RolledBack', rollback: { cause: 'health' } });
    expect(waitsOf(visits)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    expect(targets.state.steps.at(-1)).toMatchObject({ phase: 'rollback', status: 'succeeded', attempt: 10 });
  });

  test('begins its waits anew with each restoring step', () => {
    let failures = 0;
    const targets = new SimulatedTargets(plan, { report: (command) => {
      if (!command.includes('/restore')) return command.includes('-retire/') ? 'failed' : 'succeeded';
      failures += 1;
      return failures % 3 === 0 ? 'succeeded' : 'failed';
    } });
    expect(waitsOf(runMachine('canary', targets).visits)).toEqual([5, 10, 5, 10]);
    expect(targets.state.name).toBe('RolledBack');
  });

  test('repeats also what nobody reports on, after its deadline', () => {
    let attempts = 0;
    const targets = new SimulatedTargets(plan, { report: (command) => {
      if (!command.includes('/restore')) return command.includes('/3-verify/') ? 'failed' : 'succeeded';
      attempts += 1;
      return attempts === 1 ? 'silent' : 'succeeded';
    } });
    const { visits } = runMachine('canary', targets);
    const restoring = visits.filter((one) => one.state === 'Restore stable').map((one) => one.second);
    expect((restoring[1] ?? 0) - (restoring[0] ?? 0)).toBe(600 + 5);
    expect(targets.state.name).toBe('RolledBack');
  });

  test('ends when an admin gives the deployment up', () => {
    const targets = new SimulatedTargets(plan, { report: (command) => (command.includes('/restore') ? 'silent' : 'succeeded') });
    targets.later(30, { type: 'Abort', cause: 'aborted', by: ann, at: targets.at });
    targets.later(2000, { type: 'Abandon', by: bob, at: targets.at });
    expect(runMachine('canary', targets).ending.status).toBe('SUCCEEDED');
    expect(targets.state).toMatchObject({ name: 'Failed', reason: 'abandoned by bob' });
  });

  test.each(['Begin rollback', 'Next restoring step', 'Conclude'])('outlasts an hour without %s', (state) => {
    const targets = new SimulatedTargets(plan, { report: failing(0) });
    expect(runMachine('canary', targets, [{ state, error: 'Lambda.Unknown', times: 59 }]).ending.status).toBe('SUCCEEDED');
    expect(targets.state.name).toBe('RolledBack');
  });

  test.each(['Begin rollback', 'Next restoring step', 'Conclude', 'Restore stable'])('is begun again by recover where the execution failed at %s for good', (state) => {
    const targets = new SimulatedTargets(plan, { report: failing(0) });
    const troubles = state === 'Restore stable' ? [{ state, error: 'Lambda.Unknown', times: 1 }, { state: 'Next restoring step', error: 'Lambda.Unknown', times: 1000 }] : [{ state, error: 'Lambda.Unknown', times: 1000 }];
    expect(runMachine('canary', targets, troubles).ending.status).toBe('FAILED');
    expect(targets.state.name).not.toBe('RolledBack');
    expect(runMachine('recover', targets).ending.status).toBe('SUCCEEDED');
    expect(targets.state.name).toBe('RolledBack');
  });
});

describe('the machine recover', () => {
  test('takes a deployment back whose execution was lost in the middle of a step', () => {
    const targets = new SimulatedTargets(plan);
    targets.ask({ type: 'Dispatch', step: '1-prepare', at: targets.at });
    const { ending, visits } = runMachine('recover', targets);
    expect(ending.status).toBe('SUCCEEDED');
    expect(visits.map((one) => one.state)).toEqual(['Remember', 'Begin rollback', 'Next restoring step', 'Restored', 'Restore stable', 'Restoring ended', 'Next restoring step', 'Restored', 'Conclude', 'Ended', 'Concluded']);
    expect(targets.state).toMatchObject({ name: 'RolledBack', reason: 'the execution failed at Start 2.0.0 without traffic: it ended without a reason' });
  });

  test('only concludes where nothing was touched, or all is over', () => {
    const targets = new SimulatedTargets(plan);
    runMachine('recover', targets);
    expect(targets.state.name).toBe('Failed');
    expect(runMachine('recover', targets).visits.map((one) => one.state)).not.toContain('Restore stable');
    expect(targets.state.name).toBe('Failed');
  });
});
