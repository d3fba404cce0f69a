import type { EventBridgeEvent } from 'aws-lambda';

import { workHandlers } from '#application/work-handlers';
import type { BusConsumer } from '#contracts/bus-rules';
import { eventEnvelope } from '#contracts/events';

import { contextOf } from './engine.ts';
import { around, logAbout } from './handler.ts';

/** The function of a consumer on the bus. What throws is tried again by Lambda, and goes to the on-failure queue after that. */
export function consumerFunction(consumer: BusConsumer) {
  return around(async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
    const event = eventEnvelope.parse(detail);
    logAbout({ tenant: event.tenant, traceId: event.traceId });
    await workHandlers.consumers[consumer](contextOf(event.tenant, event.traceId), event);
  });
}
