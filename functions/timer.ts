import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

import { workHandlers } from '#application/work-handlers';
import type { TimerPayload } from '#contracts/timers';

import { contextOf, opened } from './runtime/engine.ts';
import { around } from './runtime/handler.ts';
import { logger, metrics } from './runtime/logger.ts';

const processor = new BatchProcessor(EventType.SQS);

/** Fires the timers whose time has come, side by side. A message whose timer failed comes again, and goes to the dead-letter queue in the end. */
export const handler = around(async (event: SQSEvent): Promise<SQSBatchResponse> => await processPartialResponse(event, receive, processor, { throwOnFullBatchFailure: false }));

async function receive({ body }: SQSRecord): Promise<void> {
  let fired: TimerPayload | undefined;
  try {
    await opened.ports.timers.receive(body, async (payload) => {
      fired = payload;
      await workHandlers.timer(contextOf(payload.tenant), payload);
      metrics.addMetric('TimersFired', MetricUnit.Count, 1);
    });
  } catch (error) {
    logger.error('a timer failed', { error, tenant: fired?.tenant, deployment: fired?.deployment, kind: fired?.kind });
    metrics.addMetric('TimersFailed', MetricUnit.Count, 1);
    throw error;
  }
}
