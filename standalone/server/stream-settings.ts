import { MAXIMUM_CONNECTIONS_PER_KEY, MAXIMUM_CONNECTIONS_PER_TENANT } from '#contracts/stream';
import type { RateLimit } from '#ports/rate-limit';

import { defaultOutboxSettings } from './outbox.ts';
import type { OutboxSettings } from './outbox.ts';

/** The bounds of the stream. */
export type StreamSettings = {
  readonly connectionsPerKey: number;
  readonly connectionsPerTenant: number;
  readonly connections: number;
  /** How often one connection may send a message. */
  readonly messageRate: RateLimit;
  /** How many messages that do not fit the schema are answered before the connection is closed. */
  readonly malformedMessages: number;
  readonly outbox: OutboxSettings;
};

/**
 * A client that reconnects subscribes to all it had at once, at most 100 topics; besides it pings every 5 minutes. So a burst of 200 and 20
 * per second after that is more than any client of ours sends.
 */
export const defaultStreamSettings: StreamSettings = {
  connectionsPerKey: MAXIMUM_CONNECTIONS_PER_KEY,
  connectionsPerTenant: MAXIMUM_CONNECTIONS_PER_TENANT,
  connections: 5000,
  messageRate: { burst: 200, perSecond: 20 },
  malformedMessages: 10,
  outbox: defaultOutboxSettings,
};
