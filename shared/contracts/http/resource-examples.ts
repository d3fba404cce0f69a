import { API_VERSION } from '#domain/resources/resource';

const stored = { version: 3, updatedAt: '2026-11-21T13:42:52.000Z' } as const;
const defaultHealthCheck = { path: '/healthz', intervalSeconds: 1, timeoutSeconds: 2, healthyThreshold: 1, unhealthyThreshold: 3, startupSeconds: 60 } as const;

const application = {
  apiVersion: API_VERSION,
  kind: 'Application',
  metadata: { name: 'shop' },
  spec: {
    description: 'The web shop',
    components: [{
      name: 'web', type: 'service', port: 8080, healthCheck: defaultHealthCheck,
      environment: [{ name: 'LOG_LEVEL', value: 'info' }, { name: 'DATABASE_PASSWORD', valueFrom: { secret: 'database-password' } }],
      replicas: 2, dependencies: [], drainSeconds: 30,
    }],
  },
} as const;

const environment = {
  apiVersion: API_VERSION,
  kind: 'Environment',
  metadata: { name: 'production' },
  spec: {
    order: 3,
    waves: [{ targets: ['edge-1'] }],
    strategy: { type: 'canary' },
    strategies: { canary: { steps: [{ weightPercent: 10 }, { analysis: { template: 'error-rate' } }, { weightPercent: 50 }, { bakeSeconds: 60 }] } },
    freezes: [{ name: 'year-end', reason: 'no changes over the holidays', startsAt: '2026-12-20T00:00:00Z', endsAt: '2027-01-04T00:00:00Z' }],
  },
} as const;

const target = {
  apiVersion: API_VERSION,
  kind: 'Target',
  metadata: { name: 'edge-1' },
  spec: { description: 'The machine in the warehouse', provider: 'agent', region: 'eu-central-1' },
} as const;

const release = {
  apiVersion: API_VERSION,
  kind: 'Release',
  metadata: { name: '1.4.2' },
  spec: {
    application: 'shop',
    components: [{ name: 'web', artefact: { command: ['node', 'server.mjs'], workingDirectory: '/srv/shop/1.4.2', files: [] }, environment: [] }],
  },
} as const;

const analysisTemplate = {
  apiVersion: API_VERSION,
  kind: 'AnalysisTemplate',
  metadata: { name: 'error-rate' },
  spec: {
    description: 'At most 1 % of the new release\'s requests may fail',
    lookSeconds: 10, initialDelaySeconds: 0, horizonSeconds: 300, onInconclusive: 'pause',
    metrics: [{
      name: 'errors', measure: 'errorPercent', side: 'canary', success: { op: '<=', value: 1 }, minimumRequests: 50, count: 5,
      failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 4, dryRun: false,
    }],
  },
} as const;

/** One example document per kind of resource, as its author may write it, and as it comes back. */
export const resourceExamples = {
  application: { body: application, response: { ...application, ...stored } },
  environment: { body: environment, response: { ...environment, ...stored } },
  target: { body: target, response: { ...target, ...stored } },
  release: { body: release, response: { ...release, ...stored } },
  analysisTemplate: { body: analysisTemplate, response: { ...analysisTemplate, ...stored } },
} as const;

const componentHealth = { application: 'shop', component: 'web', release: '1.4.2', state: 'Running', replicas: 2, readyReplicas: 2, reason: 'all instances passed their last health check', weightPercent: 100 } as const;

/** What a target says of itself. */
export const targetFactsExample = { version: '0.1.0', addresses: ['warehouse.example.com'], allow: ['/usr/bin/node'], components: [componentHealth], generations: { shop: 7 } } as const;

/** A target's health and what serves there. */
export const targetStatusExample = {
  target: 'edge-1', reachable: true, lastSeenAt: '2026-11-21T13:42:52.000Z', instance: 'b9f1c7d2-4a6e', epoch: 4, version: '0.1.0',
  components: [componentHealth], reason: 'the agent was seen 3 s ago',
  serving: [{ application: 'shop', release: '1.4.2', heldBy: null }],
} as const;
