import type { Metrics } from '#application/http/metrics';

/** What is counted of requests. No label names a tenant: the metrics are public. */
export type HttpMetrics = ReturnType<typeof createHttpMetrics>;

/** From a millisecond to ten seconds, the longest that any use case may take. */
const LATENCY_BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Registers the metrics of requests. */
export function createHttpMetrics(metrics: Metrics) {
  return {
    requests: metrics.counter({ name: 'sluice_http_requests_total', help: 'Requests by operation and status', labels: ['operation', 'status'] }),
    durations: metrics.histogram({ name: 'sluice_http_request_duration_seconds', help: 'Time from a request to its answer', labels: ['operation'] }, LATENCY_BOUNDS_SECONDS),
    refusedKeys: metrics.counter({ name: 'sluice_http_refused_keys_total', help: 'Requests without a valid key, by reason', labels: ['reason'] }),
    rateLimited: metrics.counter({ name: 'sluice_http_rate_limited_total', help: 'Requests refused by a rate limit, by what is limited', labels: ['scope'] }),
    replays: metrics.counter({ name: 'sluice_http_idempotent_replays_total', help: 'Requests answered with a stored answer' }),
  };
}
