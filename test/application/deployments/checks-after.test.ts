import { expect, test } from 'vitest';

import { checksAfter } from '#application/deployments/checks-after';
import type { Plan } from '#domain/deployment/plan';
import type { StepProgress } from '#domain/deployment/state';

function verified(id: string, component: string, reason: string): StepProgress {
  return {
    step: { id, kind: 'verify', title: `Verify ${component}`, wave: 0, targets: ['edge-1'], components: [component], timeoutSeconds: 60 },
    phase: 'forward', status: 'succeeded', reason: 'done', attempt: 1, startedAt: '2026-11-21T12:00:00.000Z', endedAt: '2026-11-21T12:00:01.000Z', until: null,
    commands: [{ id: `dep/${id}/edge-1/${component}`, target: 'edge-1', component, status: 'succeeded', reason }],
  };
}

function planOf(type: 'service' | 'worker'): Plan {
  return {
    strategy: 'rolling', new: { release: '1.1.0', applicationVersion: 1 }, targets: [{ name: 'edge-1', provider: 'agent', wave: 0, generation: 1, stable: null }],
    components: [{ name: 'job', type, change: 'replace', newReplicas: 1, stableReplicas: 1 }], steps: [], rollbackTriggers: { verdict: true, health: true, deadline: true, manual: true },
    progressDeadlineSeconds: 600, background: null, cleanup: null,
  };
}

const found = (steps: readonly StepProgress[]) => Object.fromEntries(checksAfter({ steps, verdicts: [], plan: null }).map((one) => [one.check, one]));

test('the smoke check tells what every component answered last, also when workers were verified after it', () => {
  const steps = [verified('3-verify', 'web', 'runs and is healthy'), verified('9-verify', 'web', 'GET /healthz through port 8080 answered 200'), verified('11-verify', 'job', 'runs')];
  expect(found(steps)['smoke']).toEqual({ check: 'smoke', outcome: 'passed', reason: 'edge-1/web: GET /healthz through port 8080 answered 200; edge-1/job: runs' });
  expect(found(steps)['health']?.reason).toContain('2 components verified');
});

test('the smoke check is skipped where nothing that was changed takes requests', () => {
  const [smoke] = checksAfter({ steps: [verified('3-verify', 'job', 'runs')], verdicts: [], plan: planOf('worker') }).filter((one) => one.check === 'smoke');
  expect(smoke).toEqual({ check: 'smoke', outcome: 'skipped', reason: 'nothing that was changed takes requests; edge-1/job: runs' });
});

test('where nothing was changed there is nothing to check', () => {
  expect(Object.values(found([])).map((one) => one.outcome)).toEqual(['skipped', 'skipped', 'skipped']);
});
