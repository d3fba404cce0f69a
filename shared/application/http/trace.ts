import type { HttpRequest } from '#application/http/exchange';
import type { Ids } from '#ports/clock';

/** `traceparent` of W3C Trace Context (https://www.w3.org/TR/trace-context/#traceparent-header); later versions may append fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

/** The trace that a request belongs to: the engine's, the caller's, or a new one. */
export function traceIdOf(request: HttpRequest, ids: Ids): string {
  return request.traceId ?? TRACEPARENT.exec(request.headers.traceparent ?? '')?.[1] ?? ids.trace();
}
