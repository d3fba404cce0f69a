import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';

import { eventOfRecord } from '#aws/stream-record';
import type { EventEnvelope } from '#contracts/events';

/** An event of a batch, and its record's place in the table's stream. */
export type GivenEvent = { readonly event: EventEnvelope; readonly sequence: string };

/** The events of a batch. Records of anything else are none. */
export function eventsOf(records: readonly DynamoDBRecord[]): readonly GivenEvent[] {
  return records.flatMap((record) => {
    const event = eventOfRecord(record);
    return event === undefined ? [] : [{ event, sequence: record.dynamodb?.SequenceNumber ?? '' }];
  });
}

/** Tells Lambda from which record on the batch must come again: the first of which the event failed. */
export function firstFailure(given: readonly GivenEvent[], failed: readonly EventEnvelope[]): DynamoDBBatchResponse {
  const names = new Set(failed.map(nameOf));
  const first = given.find(({ event }) => names.has(nameOf(event)));
  return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first.sequence }] };
}

/**
 * The same where the failures may be of some tenants only: a batch that comes again holds up the events of all behind it, so one of which somebody's
 * events came through does not. What is missing is brought in with the next event of its stream, or by the sweep.
 */
export function commonFailure(given: readonly GivenEvent[], failed: readonly EventEnvelope[]): DynamoDBBatchResponse {
  const failing = new Set(failed.map(({ tenant }) => tenant));
  return given.every(({ event }) => failing.has(event.tenant)) ? firstFailure(given, failed) : { batchItemFailures: [] };
}

function nameOf({ tenant, stream, version }: EventEnvelope): string {
  return `${tenant}#${stream}#${version}`;
}
