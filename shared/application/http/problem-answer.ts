import type { HttpAnswer, Unexpected } from '#application/http/exchange';
import { errors, Failure, problemOf } from '#contracts/errors';

/** Makes the answer of a failure: a problem document (RFC 9457) with the headers that its status asks for. */
export function problemAnswer(failure: Failure, traceId: string): HttpAnswer {
  const { allowed } = failure.detail.context ?? {};
  const { retryAfterSeconds } = failure.detail;
  return {
    status: errors[failure.code].status,
    headers: {
      'content-type': 'application/problem+json',
      ...(failure.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="sluice"' } : {}),
      ...(failure.code === 'method-not-allowed' && Array.isArray(allowed) ? { allow: allowed.join(', ') } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': `${Math.max(1, Math.ceil(retryAfterSeconds))}` }),
    },
    body: JSON.stringify(problemOf(failure, traceId)),
  };
}

/** The failure to tell a caller of: a typed one as it is, anything else as `internal-error` without a word of what it was, which is reported. */
export function tell(error: unknown, place: Pick<Unexpected, 'traceId' | 'operation'>, report: (unexpected: Unexpected) => void): Failure {
  if (error instanceof Failure && error.code !== 'internal-error') return error;
  report({ error, ...place });
  return new Failure('internal-error', { detail: 'something unexpected happened; the trace id leads to it', cause: error });
}
