import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';

import { eventOfRecord } from '#aws/stream-record';

import { opened } from './runtime/engine.ts';
import { around } from './runtime/handler.ts';

/** Carries appended events to the bus. From the first that the bus did not take on, the batch comes again; what was taken before it is marked. */
export const handler = around(async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const given = Records.flatMap((record) => {
    const event = eventOfRecord(record);
    return event === undefined ? [] : [{ event, sequence: record.dynamodb?.SequenceNumber ?? '' }];
  });
  const refused = new Set((await opened.relay.relay(given.map(({ event }) => event))).map(({ tenant, stream, version }) => `${tenant}#${stream}#${version}`));
  const first = given.find(({ event }) => refused.has(`${event.tenant}#${event.stream}#${event.version}`));
  return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first.sequence }] };
});
