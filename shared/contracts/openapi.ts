import * as z from 'zod';
import { createDocument } from 'zod-openapi';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';

import { errors, problem } from '#contracts/errors';
import { accepted, deploymentRequest } from '#contracts/http/deployment-routes';
import { linksOf } from '#contracts/http/links';
import type { Links } from '#contracts/http/links';
import { problemExamples, problemResponses } from '#contracts/http/problem-responses';
import { IDEMPOTENCY_KEY, MAXIMUM_IF_MATCH_CHARACTERS } from '#contracts/http/request-headers';
import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { rolePermissions } from '#contracts/roles';
import { clientMessage, closeCodes, serverMessage } from '#contracts/stream';
import { apiKeyView, createdApiKey, deploymentSummary, deploymentView, planView, secretView, targetStatus, tenantView, validationView } from '#contracts/views';
import { plan } from '#domain/deployment/plan';
import { analysisTemplateResource, applicationResource, environmentResource, releaseResource, targetResource } from '#domain/resources/resource';
import { strategyChoice, strategyOverrides } from '#domain/resources/strategy';

/** The document as JSON. */
export type OpenapiDocument = { readonly [field: string]: unknown };

const DESCRIPTION = `Sluice puts releases into environments: step by step, judged while it happens, and back by itself when the evidence says so.

- Every request but the public ones carries \`Authorization: Bearer KEY\`. A key belongs to one tenant and has one role.
- Lists are \`{items, nextCursor?}\`; give \`nextCursor\` back as \`cursor\`, with the same filter.
- An \`ETag\` is the version of what it came with (of a target's status, which has none, a digest); \`If-Match\` makes a change only at that version.
- \`Idempotency-Key\` makes a POST that is repeated within 24 hours happen once.
- Every answer carries \`X-Trace-Id\`; a W3C \`traceparent\` is taken over.
- Errors are problem documents (RFC 9457) with a \`code\`; all codes stand in the schema of each status.
- What happens is told over a WebSocket: \`GET /v1\` names its \`streamUrl\`, \`x-stream\` in this document its messages.`;

/** The schemas that stand once, under a name. */
const namedSchemas = {
  Problem: problem,
  Application: applicationResource, Environment: environmentResource, Target: targetResource, Release: releaseResource, AnalysisTemplate: analysisTemplateResource,
  StoredApplication: routes.getApplication.response, StoredEnvironment: routes.getEnvironment.response, StoredTarget: routes.getTarget.response,
  StoredRelease: routes.getRelease.response, StoredAnalysisTemplate: routes.getAnalysisTemplate.response,
  StrategyChoice: strategyChoice, StrategyOverrides: strategyOverrides,
  DeploymentRequest: deploymentRequest, Accepted: accepted, Deployment: deploymentView, DeploymentSummary: deploymentSummary,
  Plan: plan, PlanView: planView, Validation: validationView,
  ApiKey: apiKeyView, CreatedApiKey: createdApiKey, Secret: secretView, Tenant: tenantView, TargetStatus: targetStatus,
};

/** Derives the OpenAPI 3.1 document from the route table. Pure; made once per process, because it is not small. */
export function openapiDocument(version: string): OpenapiDocument {
  const document = createDocument({
    openapi: '3.1.1',
    info: { title: 'Sluice', version, description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(routes).map(tagOf))].map((name) => ({ name })),
    paths: pathsOf(Object.entries(routes)),
    components: {
      schemas: namedSchemas,
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key' } },
      parameters: {
        IdempotencyKey: { name: 'Idempotency-Key', in: 'header', description: 'Makes repetitions of this request within 24 hours happen once; per tenant and route', schema: { type: 'string', pattern: IDEMPOTENCY_KEY.source }, example: 'deploy-shop-1.4.2' },
        IfMatch: { name: 'If-Match', in: 'header', description: 'The ETag of the version that is to be changed; a weak one never matches', schema: { type: 'string', maxLength: MAXIMUM_IF_MATCH_CHARACTERS }, example: '"3"' },
      },
      headers: {
        TraceId: { description: 'The trace id of this request', schema: { type: 'string', pattern: '^[0-9a-f]{32}$' }, example: '4bf92f3577b34da6a3ce929d0e0e4736' },
        ETag: { description: 'The version, quoted', schema: { type: 'string' }, example: '"3"' },
        IdempotencyReplayed: { description: '`true` when this is the stored answer to an earlier request with the same key', schema: { type: 'string', enum: ['true'] } },
        RetryAfter: { description: 'After how many seconds to try again', schema: { type: 'integer', minimum: 1 }, example: 3 },
      },
      examples: problemExamples(),
    },
  });
  return { ...document, 'x-stream': streamOf(), 'x-roles': rolePermissions, 'x-errors': errors };
}

function pathsOf(entries: readonly (readonly [string, Route])[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const [operation, route] of entries) {
    const method = methods[route.method];
    paths[route.path] = { ...paths[route.path], [method]: operationOf(operation, route) };
  }
  return paths;
}

const methods = { GET: 'get', PUT: 'put', POST: 'post', DELETE: 'delete' } as const;

/** The first part of the path after the version names what a route is about; the rest is about the service. */
function tagOf(route: Route): string {
  return /^\/v1\/([a-z-]+)/.exec(route.path)?.[1] ?? 'service';
}

function operationOf(operation: string, route: Route): ZodOpenApiOperationObject {
  const parameters = [
    ...(route.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(route.versioned && route.method !== 'GET' ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ];
  return {
    operationId: operation,
    tags: [tagOf(route)],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.permission === 'public' ? [] : [{ key: [] }],
    'x-permission': route.permission,
    ...(parameters.length === 0 ? {} : { parameters }),
    requestParams: { path: route.params, query: route.query },
    ...(route.body === null ? {} : { requestBody: { required: !route.body.safeParse({}).success, content: { 'application/json': { schema: route.body, ...example(route.examples?.body) } } } }),
    responses: { [`${route.status}`]: success(route), ...problemResponses(route) },
  };
}

function success(route: Route) {
  return {
    description: route.status === 204 ? 'Done; there is nothing to show' : route.summary,
    headers: {
      'X-Trace-Id': { $ref: '#/components/headers/TraceId' },
      ...(route.versioned && route.status !== 204 ? { ETag: { $ref: '#/components/headers/ETag' } } : {}),
      ...(route.idempotent ? { 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } } : {}),
    },
    ...linked(route),
    ...(route.status === 204 ? {} : { content: { [route.mediaType]: { schema: route.response, ...example(route.examples?.response) } } }),
  };
}

function linked(route: Route): { readonly links?: Links } {
  const links = linksOf(route, routes);
  return Object.keys(links).length === 0 ? {} : { links };
}

function example(value: unknown): { readonly example?: unknown } {
  return value === undefined ? {} : { example: value };
}

function streamOf(): OpenapiDocument {
  return {
    clientMessage: z.toJSONSchema(clientMessage, { io: 'input' }),
    serverMessage: z.toJSONSchema(serverMessage, { io: 'output' }),
    closeCodes,
  };
}
