import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

/**
 * Every call is made at most 4 times, each with 1 s to connect and 5 s to answer, with the SDK's pauses of at most 20 s in all between them: so a call
 * ends within 44 s, before the 60 s that a state machine gives a function. DynamoDB has 8 tries of 2 s, since it answers within milliseconds or not at all.
 */
const BOUNDED = { maxAttempts: 4, requestHandler: { connectionTimeout: 1000, requestTimeout: 5000 } } as const;
const BOUNDED_TABLE = { maxAttempts: 8, requestHandler: { connectionTimeout: 1000, requestTimeout: 2000 } } as const;

/** Makes something at its first use and keeps it: one client per process, and none for what a function does not use. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The clients of this process. Region, credentials and endpoints come from the environment, as AWS defines it. */
export const clients = {
  dynamodb: once(() => new DynamoDBClient(BOUNDED_TABLE)),
  events: once(() => new EventBridgeClient(BOUNDED)),
  s3: once(() => new S3Client({ ...BOUNDED, forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined })),
  scheduler: once(() => new SchedulerClient(BOUNDED)),
  workflow: once(() => new SFNClient(BOUNDED)),
  queues: once(() => new SQSClient({ ...BOUNDED, useQueueUrlAsEndpoint: false })),
  parameters: once(() => new SSMClient(BOUNDED)),
} as const;

/** A client for the open WebSockets behind an address. */
export function connectionsClient(endpoint: string): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({ ...BOUNDED, maxAttempts: 2, endpoint });
}
