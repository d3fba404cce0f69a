import type { DynamoDBRecord } from 'aws-lambda';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';

import { itemOfEvent } from '#aws/event-item';
import type { EventEnvelope } from '#contracts/events';
import { commonFailure, eventsOf, firstFailure } from '#functions/runtime/stream-batch';

const event = (stream: string, version: number): EventEnvelope => ({
  tenant: 'acme', stream, version, type: 'SweepFound', schemaVersion: 1, at: '2026-11-21T12:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c', hash: 'ab'.repeat(32),
  payload: { kind: 'lease', subject: 'edge', repaired: true, reason: 'empty: "", number: 1.50', nested: [1, null, ''] },
});

/** The record of an inserted item, as the table's stream has it. */
const record = (of: EventEnvelope, sequence: string, eventName: 'INSERT' | 'MODIFY' = 'INSERT'): DynamoDBRecord => {
  const NewImage: NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']> = JSON.parse(JSON.stringify(marshall(itemOfEvent(of))));
  return { eventName, dynamodb: { SequenceNumber: sequence, NewImage } };
};

describe('a batch of the table\'s stream', () => {
  it('has the events that were appended, as they are, and their places', () => {
    expect(eventsOf([record(event('sweep/a', 1), '100'), record(event('sweep/a', 2), '101')])).toEqual([{ event: event('sweep/a', 1), sequence: '100' }, { event: event('sweep/a', 2), sequence: '101' }]);
  });

  it('has no event for a record of anything else', () => {
    expect(eventsOf([record(event('sweep/a', 1), '100', 'MODIFY'), { eventName: 'REMOVE', dynamodb: { SequenceNumber: '101' } }, {}])).toEqual([]);
  });

  it('comes again from the first event on that failed', () => {
    const given = eventsOf([record(event('sweep/a', 1), '100'), record(event('sweep/b', 1), '101'), record(event('sweep/a', 2), '102')]);
    expect(firstFailure(given, [event('sweep/a', 2), event('sweep/b', 1)])).toEqual({ batchItemFailures: [{ itemIdentifier: '101' }] });
    expect(firstFailure(given, [])).toEqual({ batchItemFailures: [] });
  });

  it('of which somebody\'s events came through does not come again for those of others', () => {
    const [one, two]: [EventEnvelope, EventEnvelope] = [event('sweep/a', 1), { ...event('sweep/a', 1), tenant: 'globex' }];
    const given = eventsOf([record(one, '100'), record(two, '101'), record(event('sweep/b', 1), '102')]);
    expect(commonFailure(given, [two])).toEqual({ batchItemFailures: [] });
    expect(commonFailure(given, [two, event('sweep/b', 1)])).toEqual({ batchItemFailures: [{ itemIdentifier: '101' }] });
    expect(commonFailure(given, [])).toEqual({ batchItemFailures: [] });
    expect(commonFailure([], [])).toEqual({ batchItemFailures: [] });
  });
});
