import type { OperationHandlers } from '#application/handlers';
import { createCursors } from '#application/http/cursor';
import { defaultHttpSettings } from '#application/http/exchange';
import type { HttpAnswer, HttpSettings, Outside, Unexpected } from '#application/http/exchange';
import { createHttpMetrics } from '#application/http/http-metrics';
import type { Metrics } from '#application/http/metrics';
import { problemAnswer, tell } from '#application/http/problem-answer';
import { createRequestHandler } from '#application/http/request-handler';
import type { RequestHandler } from '#application/http/request-handler';
import { securityHeaders } from '#application/http/security-headers';
import { createStreamApi } from '#application/http/stream-api';
import type { StreamApi } from '#application/http/stream-api';
import type { Failure } from '#contracts/errors';
import type { Ports } from '#ports/ports';
import type { RateLimits } from '#ports/rate-limit';
import type { Tickets } from '#ports/tickets';

/** What the API is made of. */
export type ApiOptions = {
  readonly operations: OperationHandlers;
  readonly ports: Ports;
  readonly tickets: Tickets;
  readonly rateLimits: RateLimits;
  /** Where several processes answer: buckets that they share. Default: the same. */
  readonly sharedRateLimits?: RateLimits;
  readonly metrics: Metrics;
  /** Signs cursors: at least 32 secret bytes, the same after a restart. */
  readonly cursorKey: Uint8Array;
  readonly settings?: Partial<HttpSettings>;
  /** Told of everything unexpected. Must not throw. */
  readonly report: (unexpected: Unexpected) => void;
};

/** The API as an engine's server sees it: all but the sockets. */
export type Api = {
  readonly handle: RequestHandler;
  readonly stream: StreamApi;
  /** What a caller may know of an error; what is unexpected is reported. */
  readonly tell: (error: unknown, place: { readonly traceId: string; readonly operation: string }) => Failure;
  /** The answer to a request that the engine itself refuses. */
  readonly refuse: (failure: Failure, traceId: string) => HttpAnswer;
};

/** Makes the API of the use cases. */
export function createApi(options: ApiOptions): Api {
  const { operations, ports, tickets, rateLimits, metrics, cursorKey, settings, report } = options;
  const outside: Outside = { ports, rateLimits, sharedRateLimits: options.sharedRateLimits ?? rateLimits, cursors: createCursors(cursorKey), metrics: createHttpMetrics(metrics), settings: { ...defaultHttpSettings, ...settings }, report };
  return {
    handle: createRequestHandler(operations, outside),
    stream: createStreamApi(outside, tickets),
    tell: (error, place) => tell(error, place, report),
    refuse: (failure, traceId) => {
      const answer = problemAnswer(failure, traceId);
      return { ...answer, headers: { ...securityHeaders(undefined), ...answer.headers, 'x-trace-id': traceId } };
    },
  };
}
