import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

import { contextOf, handlers, opened } from './runtime/engine.ts';
import { around, logAbout } from './runtime/handler.ts';
import { logger } from './runtime/logger.ts';

/** Fires the timers whose time has come. A message whose timer failed comes again, and goes to the dead-letter queue in the end. */
export const handler = around(async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const results = await Promise.all(Records.map(async ({ body, messageId }) => {
    try {
      await opened.ports.timers.receive(body, async (payload) => {
        logAbout({ tenant: payload.tenant, deployment: payload.deployment });
        await handlers.timer(contextOf(payload.tenant), payload);
      });
      return [];
    } catch (error) {
      logger.error('a timer failed', { error });
      return [{ itemIdentifier: messageId }];
    }
  }));
  return { batchItemFailures: results.flat() };
});
