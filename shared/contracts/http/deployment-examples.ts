const id = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';
const requestedAt = '2026-11-21T13:42:52.000Z';
const updatedAt = '2026-11-21T13:43:02.000Z';
const actor = { id: 'key-01kaj3zv6w', name: 'ci' } as const;

/** A request to put a release into an environment. */
export const deploymentRequestExample = { application: 'shop', release: '1.4.2', environment: 'production', strategy: 'canary' } as const;

/** What a write on a deployment answers. */
export const acceptedExample = { id, state: 'Progressing', version: 7 } as const;

/** What a request for a new deployment answers. */
export const requestedExample = { id, state: 'Requested', version: 1 } as const;

const steps = [
  { id: 'prepare-0', title: 'start 1.4.2 beside 1.4.1 on edge-1', wave: 0, kind: 'prepare', targets: ['edge-1'], replicas: { web: { new: 2, stable: 2 } }, weightPercent: 0, timeoutSeconds: 600, changesTraffic: false },
  { id: 'shift-10', title: 'give 1.4.2 10 % of the traffic', wave: 0, kind: 'shift', targets: ['edge-1'], replicas: { web: { new: 2, stable: 2 } }, weightPercent: 10, timeoutSeconds: 600, changesTraffic: true },
  { id: 'bake-10', title: 'watch for 60 s', wave: 0, kind: 'bake', durationSeconds: 60 },
  { id: 'promote-0', title: 'give 1.4.2 all traffic and stop 1.4.1', wave: 0, kind: 'promote', targets: ['edge-1'], replicas: { web: { new: 2, stable: 0 } }, weightPercent: 100, timeoutSeconds: 600, changesTraffic: true },
] as const;

/** What a request would do. */
export const planExample = {
  application: 'shop', release: '1.4.2', environment: 'production',
  plan: {
    strategy: 'canary',
    new: { release: '1.4.2', applicationVersion: 3 },
    targets: [{ name: 'edge-1', provider: 'agent', wave: 0, generation: 9, stable: { release: '1.4.1', applicationVersion: 3 } }],
    components: [{ name: 'web', type: 'service', change: 'replace', newReplicas: 2, stableReplicas: 2 }],
    steps,
    rollbackTriggers: { verdict: true, health: true, deadline: true, manual: true },
    progressDeadlineSeconds: 600,
    background: null,
    cleanup: null,
  },
} as const;

/** What all checks before a deployment say. */
export const validationExample = {
  passed: false,
  checks: [
    { check: 'schema', outcome: 'passed', reason: 'all documents fit their schemas' },
    { check: 'target-reachable', outcome: 'failed', reason: 'edge-1: no agent was seen in the last 60 s' },
  ],
} as const;

/** A deployment as lists show it. */
export const deploymentSummaryExample = {
  id, application: 'shop', release: '1.4.2', environment: 'production', state: 'Progressing', reason: 'watching 1.4.2 at 10 % for 60 s', strategy: 'canary',
  version: 7, createdAt: requestedAt, updatedAt, step: 'bake-10', weightPercent: { 'edge-1': 10 },
} as const;

const pending = { phase: 'forward', status: 'pending', reason: '', attempt: 0, startedAt: null, endedAt: null, until: null, commands: [] } as const;

/** A deployment as a fold of its stream. */
export const deploymentExample = {
  ...deploymentSummaryExample,
  priority: 'normal', requestedBy: actor, retryOf: null, rollbackOf: null, paused: null,
  steps: [
    {
      id: 'shift-10', kind: 'shift', title: 'give 1.4.2 10 % of the traffic', wave: 0, phase: 'forward', status: 'succeeded', reason: 'all targets reported success', attempt: 1,
      startedAt: requestedAt, endedAt: updatedAt, until: null,
      commands: [{ id: `${id}/shift-10/edge-1/web`, target: 'edge-1', component: 'web', status: 'succeeded', reason: 'the weight is 10 %' }],
    },
    { id: 'bake-10', kind: 'bake', title: 'watch for 60 s', wave: 0, ...pending, status: 'running', reason: 'watching', attempt: 1, startedAt: updatedAt, until: '2026-11-21T13:44:02.000Z' },
    { id: 'promote-0', kind: 'promote', title: 'give 1.4.2 all traffic and stop 1.4.1', wave: 0, ...pending },
  ],
  checks: [{ phase: 'before', check: 'target-reachable', outcome: 'passed', reason: 'edge-1: the agent was seen 2 s ago' }],
  verdicts: [],
  approvals: [],
  targets: [{ name: 'edge-1', wave: 0, stable: '1.4.1' }],
} as const;

/** An event as the API shows it. */
export const eventExample = {
  stream: `deployment/${id}`, version: 1, type: 'DeploymentRequested', schemaVersion: 1,
  payload: { deployment: id, application: 'shop', release: '1.4.2', environment: 'production', strategy: 'canary', priority: 'normal', ifRunning: 'queue', requestedBy: actor, retryOf: null, rollbackOf: null },
  at: requestedAt, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', hash: 'c4ca4238a0b923820dcc509a6f75849b0cc175b9c0f1b6a831c399e269772661',
} as const;

/** A command that waits for a target's agent, with the values of the secrets it names. */
export const workItemExample = {
  command: {
    id: `${id}/shift-10/edge-1/web`, deployment: id, application: 'shop', target: 'edge-1', component: 'web', verb: 'apply', generation: 9,
    desired: {
      new: {
        release: '1.4.2', replicas: 2,
        artefact: { command: ['node', 'server.mjs'], workingDirectory: '/srv/shop/1.4.2', files: [] },
        component: { name: 'web', type: 'service', port: 8080, environment: [{ name: 'DATABASE_PASSWORD', valueFrom: { secret: 'database-password' } }], replicas: 2, dependencies: [], drainSeconds: 30 },
      },
      stable: null,
      weightPercent: 100,
    },
    deadline: '2026-11-21T13:53:02.000Z',
  },
  secrets: { 'database-password': 'only the target\'s agent ever reads this' },
} as const;

/** How a command ended. */
export const reportExample = { command: `${id}/shift-10/edge-1/web`, outcome: 'succeeded', reason: 'the weight is 10 %' } as const;
