import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

import { tellingOutages } from './outages.ts';

/**
 * How often a call is tried, and how long each try may take. The SDK pauses between tries for at most 1, 2, 4 … s where a service throttles, and for
 * 50, 100, 200 … ms else, both with full jitter; without `throwOnRequestTimeout` it would only warn of a try that takes too long.
 */
const bounded = (maxAttempts: number, requestTimeout: number) => ({ maxAttempts, requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true } });

/** DynamoDB answers within milliseconds or not at all: at most 5 × 2 s + 1 + 2 + 4 + 8 s = 25 s, within the 29 s of a request. */
const TABLE = bounded(5, 2000);

/** At most 3 × 5 s + 1 + 2 s = 18 s, within the 29 s of a request. */
const SERVICE = bounded(3, 5000);

/** The largest blob has 16 MiB, and takes some seconds: at most 2 × 12 s + 1 s = 25 s. */
const STORE = bounded(2, 12_000);

/** One message to one connection must not hold up the others: at most 2 × 3 s + 1 s = 7 s. */
const CONNECTION = bounded(2, 3000);

/** Makes something at its first use and keeps it: one client per process, and none for what a function does not use. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The clients of this process. Region, credentials and endpoints come from the environment, as AWS defines it. */
export const clients = {
  dynamodb: once(() => tellingOutages(new DynamoDBClient(TABLE))),
  events: once(() => tellingOutages(new EventBridgeClient(SERVICE))),
  s3: once(() => tellingOutages(new S3Client({ ...STORE, forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined }))),
  scheduler: once(() => tellingOutages(new SchedulerClient(SERVICE))),
  workflow: once(() => tellingOutages(new SFNClient(SERVICE))),
  queues: once(() => tellingOutages(new SQSClient({ ...SERVICE, useQueueUrlAsEndpoint: false }))),
  parameters: once(() => tellingOutages(new SSMClient(SERVICE))),
} as const;

/** A client for the open WebSockets behind an address. */
export function connectionsClient(endpoint: string): ApiGatewayManagementApiClient {
  return tellingOutages(new ApiGatewayManagementApiClient({ ...CONNECTION, endpoint }));
}
