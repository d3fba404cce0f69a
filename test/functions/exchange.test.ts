import { describe, expect, it } from 'vitest';

import { answerOf, requestOf, tenantOf } from '#functions/runtime/exchange';

import { proxyEvent } from './gateway-event.ts';

const text = (bytes: Uint8Array | 'too-large') => (bytes === 'too-large' ? bytes : Buffer.from(bytes).toString('utf8'));

describe('a request of the gateway', () => {
  it('keeps each value of a repeated name in its query, encoded again', () => {
    const { query } = requestOf(proxyEvent({ multiValueQueryStringParameters: { label: ['team=a&b', 'tier=ü'], limit: ['5'], none: undefined } }));
    expect([...new URLSearchParams(query)]).toEqual([['label', 'team=a&b'], ['label', 'tier=ü'], ['limit', '5']]);
    expect(requestOf(proxyEvent()).query).toBe('');
  });

  it('has its headers by their lower-case names, with the values of a repeated one joined', () => {
    const { headers } = requestOf(proxyEvent({ multiValueHeaders: { Authorization: ['Bearer key'], 'X-Forwarded-For': ['192.0.2.1', '192.0.2.2'], 'If-Match': ['"3"'] } }));
    expect(headers).toEqual({ authorization: 'Bearer key', 'x-forwarded-for': '192.0.2.1, 192.0.2.2', 'if-match': '"3"' });
  });

  it('has its path as it came, percent-encoded or not, and its method', () => {
    expect(requestOf(proxyEvent({ httpMethod: 'HEAD', path: '/v1/applications/a%20b' }))).toMatchObject({ method: 'HEAD', path: '/v1/applications/a%20b', clientAddress: '192.0.2.7' });
  });

  it('gives its body as bytes, also one that the gateway has encoded, or none', async () => {
    expect(text(await requestOf(proxyEvent({ body: '{"ü":1}' })).readBody(100))).toBe('{"ü":1}');
    expect(text(await requestOf(proxyEvent({ body: Buffer.from('{"ü":1}').toString('base64'), isBase64Encoded: true })).readBody(100))).toBe('{"ü":1}');
    expect(text(await requestOf(proxyEvent()).readBody(100))).toBe('');
  });

  it('refuses a body of more bytes than are allowed, and takes one of as many', async () => {
    expect(text(await requestOf(proxyEvent({ body: 'üü' })).readBody(4))).toBe('üü');
    expect(text(await requestOf(proxyEvent({ body: 'üüa' })).readBody(4))).toBe('too-large');
  });

  it('knows by which address it came: below the stage, or at a domain of its own without it', () => {
    expect(requestOf(proxyEvent()).baseUrl).toBe('https://abc.execute-api.eu-central-1.amazonaws.com/api');
    expect(requestOf(proxyEvent({ requestContext: { domainName: 'sluice.example', path: '/v1/deployments' } })).baseUrl).toBe('https://sluice.example');
    expect(requestOf(proxyEvent({ requestContext: { domainName: 'example.com', path: '/sluice/v1/deployments' } })).baseUrl).toBe('https://example.com/sluice');
    expect(requestOf(proxyEvent({ requestContext: { domainName: undefined } })).baseUrl).toBeUndefined();
  });
});

it('a request is its tenant\'s for the log where the authorizer was asked', () => {
  expect(tenantOf(proxyEvent({ requestContext: { authorizer: { tenant: 'acme', principalId: 'acme/key-1' } } }))).toBe('acme');
  expect(tenantOf(proxyEvent())).toBeUndefined();
  expect(tenantOf(proxyEvent({ requestContext: { authorizer: null } }))).toBeUndefined();
});

it('an answer goes to the gateway with its status, headers and body', () => {
  expect(answerOf({ status: 412, headers: { etag: '"4"' }, body: '{}' })).toEqual({ statusCode: 412, headers: { etag: '"4"' }, body: '{}' });
});
