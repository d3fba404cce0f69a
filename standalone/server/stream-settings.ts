import { messageRate } from '#contracts/rates';
import { MAXIMUM_CONNECTIONS_PER_KEY, MAXIMUM_CONNECTIONS_PER_TENANT, MAXIMUM_SUBSCRIPTIONS, MAXIMUM_SUBSCRIPTIONS_PER_TENANT } from '#contracts/stream';
import type { RateLimit } from '#ports/rate-limit';

import { defaultOutboxSettings } from './outbox.ts';
import type { OutboxSettings } from './outbox.ts';

/** The bounds of the stream. */
export type StreamSettings = {
  readonly connectionsPerKey: number;
  readonly connectionsPerTenant: number;
  readonly connections: number;
  readonly subscriptionsPerConnection: number;
  readonly subscriptionsPerTenant: number;
  /** How often one connection may send a message. */
  readonly messageRate: RateLimit;
  /** How many messages that do not fit the schema are answered before the connection is closed. */
  readonly malformedMessages: number;
  readonly outbox: OutboxSettings;
};

export const defaultStreamSettings: StreamSettings = {
  connectionsPerKey: MAXIMUM_CONNECTIONS_PER_KEY,
  connectionsPerTenant: MAXIMUM_CONNECTIONS_PER_TENANT,
  connections: 5000,
  subscriptionsPerConnection: MAXIMUM_SUBSCRIPTIONS,
  subscriptionsPerTenant: MAXIMUM_SUBSCRIPTIONS_PER_TENANT,
  messageRate,
  malformedMessages: 10,
  outbox: defaultOutboxSettings,
};
