import type { DeploymentView } from '#contracts/views';
import { realRuntime } from '#client/settings';
import type { ClientRuntime } from '#client/settings';

export const KEY = 'sluice_test_0123456789';
export const DEPLOYMENT = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';

/** A runtime that does not wait, and remembers how long it would have. */
export function impatientRuntime(more: Partial<ClientRuntime> = {}): ClientRuntime & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    ...realRuntime,
    random: () => 0.5,
    sleep: async (seconds, signal) => {
      signal?.throwIfAborted();
      slept.push(seconds);
    },
    ...more,
    slept,
  };
}

/** A deployment as the API shows it. */
export function deploymentView(more: Partial<DeploymentView> = {}): DeploymentView {
  return {
    id: DEPLOYMENT, application: 'shop', release: '1.4.2', environment: 'production', state: 'Progressing', reason: 'shifting traffic', strategy: 'canary', priority: 'normal',
    requestedBy: { id: 'key-1', name: 'ci' }, version: 5, createdAt: '2026-11-21T13:42:52.000Z', updatedAt: '2026-11-21T13:43:52.000Z', retryOf: null, rollbackOf: null,
    step: 'bake-1', weightPercent: { 'cluster-a': 10 }, paused: null,
    steps: [
      { id: 'shift-1', kind: 'shift', title: 'shift 10 % of the traffic', wave: 0, phase: 'forward', status: 'succeeded', reason: 'done', attempt: 1, startedAt: '2026-11-21T13:42:53.000Z', endedAt: '2026-11-21T13:42:58.000Z', until: null, commands: [{ id: `${DEPLOYMENT}/shift-1/cluster-a/web`, target: 'cluster-a', component: 'web', status: 'succeeded', reason: 'ready' }] },
      { id: 'bake-1', kind: 'bake', title: 'bake for 60 s', wave: 0, phase: 'forward', status: 'running', reason: 'baking', attempt: 1, startedAt: '2026-11-21T13:42:58.000Z', endedAt: null, until: '2026-11-21T13:43:58.000Z', commands: [] },
    ],
    checks: [{ phase: 'before', check: 'schema', outcome: 'passed', reason: 'fits' }],
    verdicts: [{ step: null, run: 1, verdict: 'Successful', reason: 'no more errors than before', at: '2026-11-21T13:43:10.000Z' }],
    approvals: [], targets: [{ name: 'cluster-a', wave: 0, stable: '1.4.1' }],
    ...more,
  };
}

/** An event of a stream. */
export function streamEvent(version: number, more: { readonly stream?: string; readonly type?: string; readonly payload?: unknown } = {}) {
  return { stream: `deployment/${DEPLOYMENT}`, version, type: 'StepSucceeded', schemaVersion: 1, payload: { step: 'shift-1', reason: 'done' }, at: '2026-11-21T13:42:58.000Z', traceId: 'a'.repeat(32), ...more };
}
