import { createCursors } from '#application/http/cursor';
import { defaultHttpSettings } from '#application/http/exchange';
import type { Outside, Unexpected } from '#application/http/exchange';
import { createHttpMetrics } from '#application/http/http-metrics';
import { createMetrics } from '#application/http/metrics';
import { createStreamApi } from '#application/http/stream-api';
import { openedOnce } from '#aws/opened-once';
import { cursorKeyOf } from '#engine/cursor-key';
import { MemoryRateLimits } from '#engine/memory-rate-limits';

import { opened } from './engine.ts';
import { logger } from './logger.ts';

/** What the API counts. A function counts only its own requests, so operators read CloudWatch instead of `/metrics`. */
export const processMetrics = createMetrics();

/** What the outside needs that no secret is behind. The API counts by itself; what is counted here nobody reads. */
export const unsigned: Omit<Outside, 'cursors'> = {
  ports: opened.ports, rateLimits: new MemoryRateLimits(opened.ports.clock), sharedRateLimits: opened.rateLimits, metrics: createHttpMetrics(createMetrics()), settings: defaultHttpSettings, report,
};

/** What signs cursors is derived from a data key, so that all functions have the same; it is read at its first use. */
export const cursorKey = openedOnce(async () => cursorKeyOf(await opened.dataKeyOf('operator')));

/** The use cases' side of WebSockets. */
export const openStream = openedOnce(async () => createStreamApi({ ...unsigned, cursors: createCursors(await cursorKey()) }, opened.tickets));

/** Tells the operator of what no use case expected. */
export function report({ error, traceId, operation }: Unexpected): void {
  logger.error('unexpected', { error, traceId, operation });
}
