import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { boundedCalls, once } from './calls.ts';
import { tellingOutages } from './outages.ts';

/** DynamoDB answers within milliseconds or not at all: at most 5 × 2 s + 1 + 2 + 4 + 8 s = 25 s, within the 29 s of a request. */
const TABLE_CALLS = boundedCalls(5, 2000);

/**
 * The client that every function needs. Region, credentials and endpoints come from the environment, as AWS defines it. What calls another service
 * makes its client itself, and is loaded at its first use: loading all of them would be half of a cold start.
 */
export const clients = { dynamodb: once(() => tellingOutages(new DynamoDBClient(TABLE_CALLS))) } as const;
