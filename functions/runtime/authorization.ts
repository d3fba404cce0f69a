import type { APIGatewayAuthorizerResult } from 'aws-lambda';

import { Failure, errors } from '#contracts/errors';

/** What an authorizer answers for somebody who may go on: an IAM policy for the methods at an ARN. */
export function policyFor({ tenant, keyId }: { readonly tenant: string; readonly keyId: string }, resource: string): APIGatewayAuthorizerResult {
  return { principalId: `${tenant}/${keyId}`, policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }] } };
}

/** A header by its lower-case name; the gateway passes names on as the client wrote them. */
export function headerOf(headers: { readonly [name: string]: string | undefined } | null, wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** What an authorizer throws: for who may not go on the very text that makes the gateway answer 401, for an outage what it was, so that nobody throws a good key away. */
export function refusedBy(error: unknown): unknown {
  return error instanceof Failure && errors[error.code].status < 500 ? new Error('Unauthorized', { cause: error }) : error;
}
