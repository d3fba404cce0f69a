import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { APIGatewayAuthorizerResult } from 'aws-lambda';

import { Failure, errors } from '#contracts/errors';
import type { ErrorCode } from '#contracts/errors';

import { metrics } from './logger.ts';

/** What an authorizer answers for somebody who may go on: an IAM policy for the methods at an ARN. */
export function policyFor({ tenant, keyId }: { readonly tenant: string; readonly keyId: string }, resource: string): APIGatewayAuthorizerResult {
  return { principalId: `${tenant}/${keyId}`, policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }] } };
}

/** A header by its lower-case name; the gateway passes names on as the client wrote them. */
export function headerOf(headers: { readonly [name: string]: string | undefined } | null, wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** What an authorizer answers for somebody who is known and may not: the gateway answers 403. */
export function denialOf(resource: string): APIGatewayAuthorizerResult {
  return { principalId: 'refused', policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: resource }] } };
}

/** No, unknown, revoked and expired keys, and guessers who are told to wait: who guesses is seen by their number. */
const COUNTED: readonly ErrorCode[] = ['unauthenticated', 'rate-limited'];

/**
 * What an authorizer throws: for who may not go on the very text that makes the gateway answer 401. What passes, as an outage or too much at once, stays
 * what it was, so that nobody throws a good key away.
 */
export function refusedBy(error: unknown): unknown {
  if (error instanceof Failure && COUNTED.includes(error.code)) metrics.addMetric('KeysRefused', MetricUnit.Count, 1);
  return error instanceof Failure && !error.retriable && errors[error.code].status < 500 ? new Error('Unauthorized', { cause: error }) : error;
}
