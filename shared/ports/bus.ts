import type { NewEvent } from '#contracts/events';

/**
 * The bus, for events that belong to no stream (adapters' reports). Events of streams reach it by the relay alone.
 */
export interface Bus {
  /** Publishes at least once; returns when it is durable. */
  publish(tenant: string, events: readonly NewEvent[], traceId: string): Promise<void>;
}
