import type { CallContext, Caller } from '#application/context';
import type { OperationHandlers } from '#application/handlers';
import { callerOf, createAuthenticator } from '#application/http/authenticate';
import type { Authenticator } from '#application/http/authenticate';
import { assertOwnTarget, assertPermitted, assertWithinCost, assertWithinRates } from '#application/http/authorize';
import type { HttpAnswer, HttpRequest, Outside } from '#application/http/exchange';
import { idempotencyKeyOf, idempotently } from '#application/http/idempotent';
import { openCursor, signNextCursor } from '#application/http/pages';
import { entityTag, ifMatchVersion } from '#application/http/preconditions';
import { problemAnswer, tell } from '#application/http/problem-answer';
import { readInput } from '#application/http/read-input';
import type { Input } from '#application/http/read-input';
import { allowedMethods, matchRoute } from '#application/http/router';
import type { FoundRoute } from '#application/http/router';
import { securityHeaders } from '#application/http/security-headers';
import { traceIdOf } from '#application/http/trace';
import type { Failure } from '#contracts/errors';
import { problemsOf } from '#contracts/http/problems';
import type { Route } from '#contracts/http/route';
import type { Operation, OperationInput } from '#contracts/http/routes';

/** Answers requests. Never throws: what goes wrong is a problem document. */
export type RequestHandler = (request: HttpRequest) => Promise<HttpAnswer>;

/** The caller of a public route: nobody. */
const NOBODY: Caller = { tenant: '', keyId: '', keyName: '', role: 'viewer', target: null };

const contentTypes = { 'application/json': 'application/json', 'text/plain': 'text/plain; version=0.0.4; charset=utf-8', 'text/html': 'text/html; charset=utf-8' } as const satisfies Record<Route['mediaType'], string>;

/**
 * Makes the handler of all requests: finds the route, the caller and the input, asks the use case, and writes the answer.
 * Knows no engine: what it needs of a request is in `HttpRequest`.
 */
export function createRequestHandler(operations: OperationHandlers, outside: Outside): RequestHandler {
  const authenticator = createAuthenticator(outside);
  return async (request) => {
    const startedAt = outside.ports.clock.now();
    const traceId = traceIdOf(request, outside.ports.ids);
    const { answer, found } = await answerTo(request, { operations, outside, authenticator, traceId });
    const operation = found?.operation ?? 'none';
    outside.metrics.requests.add([operation, `${answer.status}`]);
    outside.metrics.durations.observe((outside.ports.clock.now() - startedAt) / 1000, [operation]);
    const headers = { ...securityHeaders(found?.route), ...answer.headers, 'x-trace-id': traceId };
    if (request.method !== 'HEAD') return { ...answer, headers };
    return { status: answer.status, headers: { ...headers, 'content-length': `${Buffer.byteLength(answer.body)}` }, body: '' };
  };
}

type Work = { readonly operations: OperationHandlers; readonly outside: Outside; readonly authenticator: Authenticator; readonly traceId: string };

async function answerTo(request: HttpRequest, work: Work): Promise<{ readonly answer: HttpAnswer; readonly found?: FoundRoute }> {
  let found: FoundRoute | undefined;
  try {
    const allowed = request.method === 'OPTIONS' ? allowedMethods(request.path) : [];
    if (allowed.length > 0) return { answer: { status: 204, headers: { allow: allowed.join(', ') }, body: '' } };
    found = matchRoute(request.method, request.path);
    return { answer: await serve(request, found, work), found };
  } catch (error) {
    const failure = tell(error, { traceId: work.traceId, operation: found?.operation ?? 'none' }, work.outside.report);
    if (found !== undefined && work.outside.settings.verifyAnswers) assertTold(found, failure, work);
    return { answer: problemAnswer(failure, work.traceId), ...(found === undefined ? {} : { found }) };
  }
}

/** A problem that the route does not name is missing in the OpenAPI document: that is a fault of the route table, not of the request. */
function assertTold({ route, operation }: FoundRoute, failure: Failure, work: Work): void {
  if (problemsOf(route).includes(failure.code)) return;
  work.outside.report({ error: new Error(`the route does not name the problem ${failure.code}: ${failure.detail.detail}`), traceId: work.traceId, operation });
}

async function serve(request: HttpRequest, found: FoundRoute, work: Work): Promise<HttpAnswer> {
  const { outside } = work;
  const { route, operation } = found;
  const caller = await admit(request, route, work);
  const input = await readInput(request, found, outside.settings);
  // What does not fit is told before what is only not so now.
  const idempotencyKey = idempotencyKeyOf(request.headers, route);
  assertOwnTarget(caller, route, input);
  await assertWithinCost(outside, caller, { route, body: input.body });
  const context: CallContext = {
    ports: outside.ports, tenant: caller.tenant, traceId: work.traceId, caller,
    ifMatchVersion: ifMatchVersion(request.headers, route),
    ...(request.baseUrl === undefined ? {} : { baseUrl: request.baseUrl }),
  };
  const scope = { tenant: caller.tenant, operation };
  const opened = openCursor(outside.cursors, scope, input);
  return idempotently(outside, { request, found, caller, bytes: input.bytes, idempotencyKey }, async (ids) => {
    const answer = await invoke(work.operations, operation, { context: { ...context, ports: { ...outside.ports, ids } }, input: toOperationInput(opened) });
    if (outside.settings.verifyAnswers) route.response.parse(answer.body);
    return written(route, signNextCursor(outside.cursors, scope, { input, body: answer.body }), answer.version);
  });
}

/** Who calls, if that one may come in; in the order in which the least is done for a stranger. */
async function admit(request: HttpRequest, route: Route, work: Work): Promise<Caller> {
  if (route.permission === 'public') return NOBODY;
  const caller = callerOf(await work.authenticator.authenticate(request.headers.authorization, request.clientAddress));
  await assertWithinRates(work.outside, caller);
  assertPermitted(caller, route.permission);
  return caller;
}

function invoke<Name extends Operation>(operations: OperationHandlers, name: Name, call: { readonly context: CallContext; readonly input: OperationInput<Name> }) {
  return operations[name](call.context, call.input);
}

/** The parser's end: `readInput` has parsed all three by the schemas of this very operation, which the compiler cannot see. */
function toOperationInput<Name extends Operation>(input: Input): OperationInput<Name> {
  return { params: input.params, query: input.query, body: input.body } as OperationInput<Name>;
}

function written(route: Route, body: unknown, version: number | undefined): HttpAnswer {
  const tag = route.versioned && version !== undefined ? { etag: entityTag(version) } : {};
  if (route.status === 204) return { status: 204, headers: {}, body: '' };
  const text = route.mediaType === 'application/json' ? JSON.stringify(body) : String(body);
  return { status: route.status, headers: { 'content-type': contentTypes[route.mediaType], ...tag }, body: text };
}
