import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';

import type { EventEnvelope } from '#contracts/events';

import { eventOfItem } from './event-item.ts';

const attribute = z.union([z.object({ S: z.string() }), z.object({ N: z.string() }), z.object({ BOOL: z.boolean() }), z.object({ NULL: z.literal(true) })]);
const record = z.object({ eventName: z.literal('INSERT'), dynamodb: z.object({ NewImage: z.record(z.string(), attribute) }) });

/** The event of a record of the table's stream; `undefined` for a record of anything but a new event. */
export function eventOfRecord(given: unknown): EventEnvelope | undefined {
  const { data } = record.safeParse(given);
  if (data === undefined) return undefined;
  const image: Record<string, AttributeValue> = data.dynamodb.NewImage;
  return eventOfItem(unmarshall(image));
}
