import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';

import { Table } from '#aws/table';
import { tables } from '#contracts/tables';

/** The two tables, made for one suite. */
export type FreshTables = { readonly client: DynamoDBClient; readonly events: Table; readonly state: Table; readonly eventsName: string; readonly stateName: string; close(): void };

const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' as const });

/** Makes both tables on the DynamoDB that the environment names. */
export async function freshTables(): Promise<FreshTables> {
  const client = new DynamoDBClient({ maxAttempts: 5 });
  const suffix = randomUUID().slice(0, 8);
  const [eventsName, stateName] = [`events-${suffix}`, `state-${suffix}`];
  const { events, state } = tables;
  const keys = (of: { readonly partitionKey: string; readonly sortKey: string }) => [{ AttributeName: of.partitionKey, KeyType: 'HASH' as const }, { AttributeName: of.sortKey, KeyType: 'RANGE' as const }];
  await create(client, {
    TableName: eventsName, BillingMode: 'PAY_PER_REQUEST', KeySchema: keys(events), StreamSpecification: { StreamEnabled: true, StreamViewType: events.stream },
    AttributeDefinitions: [events.partitionKey, events.sortKey, events.index.partitionKey, events.index.sortKey].map(text),
    GlobalSecondaryIndexes: [{ IndexName: events.index.name, KeySchema: keys(events.index), Projection: { ProjectionType: 'KEYS_ONLY' } }],
  });
  await create(client, { TableName: stateName, BillingMode: 'PAY_PER_REQUEST', KeySchema: keys(state), AttributeDefinitions: [state.partitionKey, state.sortKey].map(text) });
  return { client, events: new Table(client, eventsName), state: new Table(client, stateName), eventsName, stateName, close: () => client.destroy() };
}

async function create(client: DynamoDBClient, input: CreateTableCommandInput): Promise<void> {
  await client.send(new CreateTableCommand(input));
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.1, maxDelay: 1 }, { TableName: input.TableName });
}
