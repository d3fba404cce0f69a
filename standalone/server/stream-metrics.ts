import type { Metrics } from '#application/http/metrics';

import type { OpenConnections } from '../connections.ts';

/** What is counted of the stream. */
export type StreamMetrics = ReturnType<typeof createStreamMetrics>;

/** Registers the metrics of the stream. */
export function createStreamMetrics(metrics: Metrics, connections: OpenConnections) {
  metrics.gauge({ name: 'sluice_stream_connections', help: 'Open WebSocket connections' }, () => connections.count());
  return {
    opened: metrics.counter({ name: 'sluice_stream_connections_opened_total', help: 'WebSocket connections that were opened' }),
    refused: metrics.counter({ name: 'sluice_stream_connections_refused_total', help: 'WebSocket connections that were refused, by error code', labels: ['code'] }),
    behind: metrics.counter({ name: 'sluice_stream_behind_total', help: 'Subscriptions that ended because their reader was too slow' }),
  };
}
