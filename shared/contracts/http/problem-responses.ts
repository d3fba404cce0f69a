import { errorCodes, errors, Failure, problem, problemOf } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';
import { problemsOf } from '#contracts/http/problems';
import type { Route } from '#contracts/http/route';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Details for the examples where the title alone would say too little. */
const details: { readonly [Code in ErrorCode]?: ConstructorParameters<typeof Failure>[1] } = {
  'malformed-request': { detail: 'strategy.type must be one of canary, blue-green, rolling, recreate (got "bluegreen")', errors: [{ field: 'strategy.type', rule: 'must be one of canary, blue-green, rolling, recreate', value: 'bluegreen' }] },
  'rule-broken': { detail: 'a worker has no port', errors: [{ field: 'spec.components.0.port', rule: 'must be left out for a worker', value: 8080 }] },
  'unknown-reference': { detail: 'there is no environment "prodution"', errors: [{ field: 'environment', rule: 'must exist', value: 'prodution' }] },
  'rate-limited': { detail: 'this key may make 50 requests per second; try again in 3 s', retryAfterSeconds: 3 },
};

/** One example problem document per error code, by the code. */
export function problemExamples() {
  return Object.fromEntries(errorCodes.map((code) => [code, { summary: errors[code].title, value: problemOf(new Failure(code, details[code] ?? errors[code].title), traceId) }]));
}

/** The responses with problems of a route, by status. */
export function problemResponses(route: Route) {
  const byStatus = Map.groupBy(problemsOf(route), (code) => errors[code].status);
  return Object.fromEntries([...byStatus].sort(([one], [other]) => one - other).map(([status, codes]) => [`${status}`, response(codes)]));
}

function response(codes: readonly ErrorCode[]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${errors[code].title}`).join('; '),
    headers: {
      'X-Trace-Id': { $ref: '#/components/headers/TraceId' },
      ...(codes.includes('rate-limited') ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
    },
    content: { 'application/problem+json': { schema: problem, examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])) } },
  };
}
