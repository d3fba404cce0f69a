import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from 'aws-lambda';

import type { TimerPayload } from '#contracts/timers';

import { contextOf, opened } from './runtime/engine.ts';
import { around } from './runtime/handler.ts';
import { handlers } from './runtime/handlers.ts';
import { logger, metrics } from './runtime/logger.ts';

/** Fires the timers whose time has come, side by side. A message whose timer failed comes again, and goes to the dead-letter queue in the end. */
export const handler = around(async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchItemFailure[] = [];
  await Promise.all(Records.map(async ({ body, messageId }) => {
    let fired: TimerPayload | undefined;
    try {
      await opened.ports.timers.receive(body, async (payload) => {
        fired = payload;
        await handlers.timer(contextOf(payload.tenant), payload);
        metrics.addMetric('TimersFired', MetricUnit.Count, 1);
      });
    } catch (error) {
      logger.error('a timer failed', { error, tenant: fired?.tenant, deployment: fired?.deployment, kind: fired?.kind });
      metrics.addMetric('TimersFailed', MetricUnit.Count, 1);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }));
  return { batchItemFailures };
});
