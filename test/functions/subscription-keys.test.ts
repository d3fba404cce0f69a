import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import * as z from 'zod';

import { GatewayConnections } from '#aws/connections';
import { Table } from '#aws/table';

const text = z.object({ S: z.string() });
const asked = z.looseObject({ ExpressionAttributeValues: z.looseObject({ ':low': text, ':high': text }) });
const put = z.looseObject({ Item: z.looseObject({ sk: text }) });

/** DynamoDB compares texts by their bytes in UTF-8. */
const compare = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

it.each(['s', '', '#', '\u{1F600}', '\uFFFF\uFFFF', '\u0000', '\u{10FFFF}'.repeat(32)])('a subscription is found among those of its connection, whatever its client calls it: %j', async (id) => {
  const client = new DynamoDBClient({ region: 'eu-central-1' });
  const [ranges, keys]: [z.infer<typeof asked>[], string[]] = [[], []];
  client.middlewareStack.add((_next, { commandName = '' }) => async ({ input }) => {
    if (commandName === 'QueryCommand') ranges.push(asked.parse(input));
    else keys.push(put.parse(input).Item.sk.S);
    return await Promise.resolve({ response: {}, output: { $metadata: {}, Items: [] } });
  }, { step: 'initialize' });
  const none = async (): Promise<never> => await Promise.reject(new Error('nothing is sent'));
  const connections = new GatewayConnections({ post: none, close: none }, new Table(client, 'state'), () => 0);
  expect(await connections.subscribe({ tenant: 'acme', connection: 'L0SM9cOFvHcCIhw=', id, topic: { kind: 'tenant' }, position: '2-0' })).toBe(true);
  await connections.countSubscriptions('acme', 'L0SM9cOFvHcCIhw=');
  const range = ranges.find(({ ExpressionAttributeValues: { ':low': low } }) => low.S.startsWith('L0SM9cOFvHcCIhw='));
  const [key = ''] = keys;
  expect(compare(range?.ExpressionAttributeValues[':low'].S ?? '', key)).toBeLessThanOrEqual(0);
  expect(compare(key, range?.ExpressionAttributeValues[':high'].S ?? '')).toBeLessThanOrEqual(0);
  client.destroy();
});
