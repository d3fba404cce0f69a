import { describe, expect, it } from 'vitest';

import { dependencyCheck } from '#application/deployments/checks-of-dependencies';
import type { KnownTarget } from '#application/deployments/checks-of-dependencies';
import type { ComponentHealth } from '#contracts/adapter';
import { changed, mailer, planOf, sideOf, web } from '#test/domain/planning/planned';
import type { TestComponent } from '#test/domain/planning/planned';

const cache: TestComponent = { name: 'cache' };
const needing: TestComponent = { ...mailer, dependencies: ['cache'] };
const running = (change: Partial<ComponentHealth> = {}): ComponentHealth => ({ application: 'shop', component: 'cache', release: '1.0.0', state: 'Running', replicas: 2, readyReplicas: 2, reason: '', ...change });
const target = (components: KnownTarget['components'], name = 'edge-1'): KnownTarget => ({ name, components });

/** The check for a release in which the mailer is new and the cache is as before. */
function checked(targets: readonly KnownTarget[], { isRollback = false, next = [web, cache, ...changed([needing])] }: { readonly isRollback?: boolean; readonly next?: readonly TestComponent[] } = {}) {
  const plan = planOf({ strategy: { type: 'rolling' }, next, stable: { 'edge-1': [web, cache, needing] } });
  return dependencyCheck({ application: 'shop', plan, new: sideOf('2.0.0', next), isRollback, targets });
}

describe('the check of dependencies', () => {
  it('passes for what the deployment starts itself, whatever runs there now', () => {
    expect(checked([target([])], { next: changed([web, cache, needing]) })).toEqual({ check: 'dependencies', outcome: 'passed', reason: 'mailer needs cache, which this deployment starts' });
  });

  it('passes where nothing that is started depends on another component', () => {
    expect(checked([target([])], { next: [...changed([web]), cache, needing] })).toMatchObject({ outcome: 'passed', reason: 'nothing that is started depends on another component' });
  });

  it('passes for what runs outside the deployment and is healthy, under whichever release it was started', () => {
    expect(checked([target([running({ release: '0.9.0' })])])).toEqual({ check: 'dependencies', outcome: 'passed', reason: 'mailer needs cache, which is healthy on edge-1' });
  });

  it.each<readonly [string, readonly ComponentHealth[], string]>([
    ['has failed', [running({ state: 'Failed', readyReplicas: 1, reason: 'exited with code 1\nlast words' })], 'mailer needs cache, which is Failed on edge-1 with 1 of 2 instances ready (exited with code 1)'],
    ['has no instance that is ready', [running({ state: 'Deploying', readyReplicas: 0 })], 'mailer needs cache, which is Deploying on edge-1 with 0 of 2 instances ready'],
    ['does not run', [running({ component: 'web' }), running({ application: 'bakery' })], 'mailer needs cache, which does not run on edge-1'],
    ['is only being stopped', [running({ state: 'Stopping', replicas: 0, readyReplicas: 0 })], 'mailer needs cache, which does not run on edge-1'],
  ])('fails for what runs outside the deployment and %s', (_how, components, reason) => {
    expect(checked([target(components)])).toEqual({ check: 'dependencies', outcome: 'failed', reason });
  });

  it('looks at every target, and leaves those that do not answer to the check of that', () => {
    expect(checked([target([running()]), target([], 'edge-2')])).toMatchObject({ outcome: 'failed', reason: 'mailer needs cache, which does not run on edge-2' });
    expect(checked([target([running()]), target(null, 'edge-2')])).toMatchObject({ outcome: 'passed', reason: expect.stringContaining('of which nothing is known on edge-2') });
  });

  it('does not hold up a rollback', () => {
    expect(checked([target([])], { isRollback: true })).toEqual({ check: 'dependencies', outcome: 'skipped', reason: 'a rollback does not wait for them; mailer needs cache, which does not run on edge-1' });
  });
});
