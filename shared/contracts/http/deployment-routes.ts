import * as z from 'zod';

import { validationBound } from '#contracts/bounds';
import { eventCatalogue, eventEnvelope } from '#contracts/events';
import { acceptedExample, deploymentExample, deploymentRequestExample, deploymentSummaryExample, eventExample, planExample, requestedExample, validationExample } from '#contracts/http/deployment-examples';
import { pageOf, pageQuery, route } from '#contracts/http/route';
import { deploymentState, deploymentSummary, deploymentView, planView, validationView } from '#contracts/views';
import { deploymentId, ifRunning, priority } from '#domain/deployment/events';
import { releaseName, resourceName } from '#domain/resources/names';
import { strategyChoice, strategyType } from '#domain/resources/strategy';

/** A request to put a release into an environment. */
export const deploymentRequest = z.strictObject({
  application: resourceName,
  release: releaseName,
  environment: resourceName,
  /** A type, whose parameters come from the environment, or a whole `{type, …}`; without it the environment's default. */
  strategy: z.union([strategyType, strategyChoice]).optional(),
  priority: priority.default('normal'),
  ifRunning: ifRunning.default('queue'),
});

/** What a write answers: the id, the state and the version it made. */
export const accepted = z.strictObject({ id: deploymentId, state: deploymentState, version: z.int() });

/** The name of a stream: `kind/name`, as `deployment/dep-…`, `environment/production` or `release/shop/1.4.2`. */
const streamName = z.string().max(200).regex(/^[a-z][a-z-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*){1,4}$/, 'must be the name of a stream as "kind/name"');

const comment = z.string().max(1000).optional();
const bare = z.strictObject({ comment });
const withStep = z.strictObject({ step: z.string().max(64).optional(), comment });

/** The actions on a deployment: what they ask for and what they take. A new action is added here. */
export const deploymentActions = {
  pause: { permission: 'deployment:act', body: bare, example: { comment: 'looking into a customer\'s report' }, summary: 'Hold before the next change of traffic' },
  resume: { permission: 'deployment:act', body: bare, example: {}, summary: 'End a person\'s pause, or a pause after Inconclusive or Error' },
  promote: { permission: 'deployment:act', body: z.strictObject({ ...withStep.shape, full: z.boolean().default(false) }), example: { step: 'bake-10' }, summary: 'End a pause step, a bake or an analysis; with full, skip all of these' },
  approve: { permission: 'deployment:approve', body: withStep, example: { step: 'approve-0', comment: 'tested by the shop team' }, summary: 'Approve at a gate' },
  deny: { permission: 'deployment:approve', body: withStep, example: { step: 'approve-0', comment: 'the price list is wrong' }, summary: 'Deny at a gate: ends the deployment as an abort' },
  abort: { permission: 'deployment:act', body: bare, example: { comment: 'wrong release' }, summary: 'Return all traffic to the last stable release' },
  abandon: { permission: 'deployment:abandon', body: bare, example: { comment: 'the machine is gone' }, summary: 'Give up a deployment that cannot return to its stable release' },
} as const;

const identified = z.strictObject({ id: deploymentId });

const action = <Name extends keyof typeof deploymentActions>(name: Name) => route({
  method: 'POST', path: `/v1/deployments/{id}/${name}`, permission: deploymentActions[name].permission, summary: deploymentActions[name].summary, params: identified,
  body: deploymentActions[name].body as (typeof deploymentActions)[Name]['body'], response: accepted, idempotent: true, versioned: true, problems: ['not-found', 'conflict', 'rule-broken', 'precondition-failed'],
  examples: { body: deploymentActions[name].example, response: acceptedExample },
});

const eventView = eventEnvelope.omit({ tenant: true });
/** Only events of this type. */
const type = z.enum(Object.keys(eventCatalogue)).optional();
const created = ['conflict', 'freeze-active', 'already-running', 'rule-broken', 'unknown-reference'] as const;

/** The routes of deployments. */
export const deploymentRoutes = {
  requestDeployment: route({
    method: 'POST', path: '/v1/deployments', permission: 'deployment:create', summary: 'Put a release into an environment', body: deploymentRequest, status: 202, response: accepted, idempotent: true, problems: created,
    examples: { body: deploymentRequestExample, response: requestedExample },
  }),
  planDeployment: route({ method: 'POST', path: '/v1/plans', permission: 'deployment:read', summary: 'Show the plan that a request would get; changes nothing', body: deploymentRequest, response: planView, problems: ['rule-broken', 'unknown-reference'], examples: { body: deploymentRequestExample, response: planExample } }),
  validateDeployment: route({ method: 'POST', path: '/v1/validations', permission: 'deployment:read', summary: 'Run all checks before a deployment; changes nothing', description: `A tenant may have ${validationBound.most} under way at once; one more is refused with \`rate-limited\`.`, body: deploymentRequest, response: validationView, problems: ['rule-broken', 'unknown-reference'], examples: { body: deploymentRequestExample, response: validationExample } }),
  listDeployments: route({
    method: 'GET', path: '/v1/deployments', permission: 'deployment:read', summary: 'List deployments, newest first, by any combination of filters',
    query: z.strictObject({ ...pageQuery, application: resourceName.optional(), environment: resourceName.optional(), state: deploymentState.optional() }), response: pageOf(deploymentSummary),
    examples: { response: { items: [deploymentSummaryExample] } },
  }),
  getDeployment: route({ method: 'GET', path: '/v1/deployments/{id}', permission: 'deployment:read', summary: 'Get a deployment: a fold of its stream', params: identified, response: deploymentView, versioned: true, problems: ['not-found'], examples: { response: deploymentExample } }),
  listDeploymentEvents: route({ method: 'GET', path: '/v1/deployments/{id}/events', permission: 'deployment:read', summary: 'List the events of a deployment, oldest first', params: identified, query: z.strictObject({ ...pageQuery, type }), response: pageOf(eventView), problems: ['not-found'], examples: { response: { items: [eventExample] } } }),
  listEvents: route({ method: 'GET', path: '/v1/events', permission: 'event:read', summary: 'List the events of the tenant, oldest first; with stream those of one stream, also by type', query: z.strictObject({ ...pageQuery, stream: streamName.optional(), type }), response: pageOf(eventView), problems: ['rule-broken'], examples: { response: { items: [eventExample] } } }),
  pauseDeployment: action('pause'),
  resumeDeployment: action('resume'),
  promoteDeployment: action('promote'),
  approveDeployment: action('approve'),
  denyDeployment: action('deny'),
  abortDeployment: action('abort'),
  abandonDeployment: action('abandon'),
  rollbackDeployment: route({
    method: 'POST', path: '/v1/deployments/{id}/rollback', permission: 'deployment:create', summary: 'Go back from a succeeded deployment, to the last good or a named earlier release: a new deployment', params: identified,
    body: z.strictObject({ release: releaseName.optional(), comment }), status: 202, response: accepted, idempotent: true, problems: ['not-found', ...created],
    examples: { body: { release: '1.4.1', comment: 'customers cannot pay' }, response: requestedExample },
  }),
  retryDeployment: route({
    method: 'POST', path: '/v1/deployments/{id}/retry', permission: 'deployment:create', summary: 'Repeat a Failed, RolledBack or Aborted deployment: a new deployment', params: identified, body: bare, status: 202, response: accepted, idempotent: true, problems: ['not-found', ...created],
    examples: { body: {}, response: requestedExample },
  }),
} as const;
