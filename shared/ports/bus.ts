import type { NewEvent } from '#contracts/events';

/**
 * The bus, for events that belong to no stream (adapters' reports). Events of streams reach it by the relay alone.
 */
export interface Bus {
  /**
   * Publishes at least once; returns when it is durable. Each event is the first of a stream `bus/…` of its own, by which consumers tell a
   * repetition. Order is not promised. @throws Failure `rule-broken` when one does not fit the catalogue; then none is published.
   */
  publish(tenant: string, events: readonly NewEvent[], traceId: string): Promise<void>;
}
