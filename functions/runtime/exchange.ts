import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

import * as z from 'zod';

import type { HttpAnswer, HttpRequest } from '#application/http/exchange';

import { baseUrlOf } from './base-url.ts';

const authorized = z.object({ tenant: z.string() });

/** Makes a request of the gateway's. The gateway has read the body whole already. */
export function requestOf(event: APIGatewayProxyEvent): HttpRequest {
  const { identity } = event.requestContext;
  const baseUrl = baseUrlOf(event);
  const query = new URLSearchParams(Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values]) => (values ?? []).map((value): [string, string] => [name, value])));
  return {
    method: event.httpMethod,
    path: event.path,
    query: query.toString(),
    headers: Object.fromEntries(Object.entries(event.multiValueHeaders ?? {}).map(([name, values]) => [name.toLowerCase(), values?.join(', ')])),
    readBody: async (maximumBytes) => {
      const bytes = new Uint8Array(Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'));
      return await Promise.resolve(bytes.byteLength > maximumBytes ? 'too-large' : bytes);
    },
    clientAddress: identity.sourceIp,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
}

/** Whose request it is, as the authorizer found out; `undefined` where it was not asked. For the log only: the API looks at the key itself. */
export function tenantOf({ requestContext }: APIGatewayProxyEvent): string | undefined {
  return authorized.safeParse(requestContext.authorizer).data?.tenant;
}

/** Makes the gateway's answer of ours. */
export function answerOf({ status, headers, body }: HttpAnswer): APIGatewayProxyResult {
  return { statusCode: status, headers: { ...headers }, body };
}
