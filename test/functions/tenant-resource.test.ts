import { createServer } from 'node:http';

import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';

const answer = z.looseObject({ Status: z.string(), Reason: z.string().optional(), PhysicalResourceId: z.string() });

/** Gives the function a request, and answers what it tells CloudFormation. */
async function answerTo(event: Partial<CloudFormationCustomResourceEvent>, properties: object): Promise<z.infer<typeof answer>> {
  vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'false');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'sluice');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  const { handler } = await import('../../functions/tenant-resource.ts');
  let told = '';
  const server = createServer((request, response) => {
    request.setEncoding('utf8');
    request.on('data', (part: string) => { told += part; }).on('end', () => response.end());
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  const ResponseURL = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  try {
    const shared = { ServiceToken: 'arn', ResponseURL, StackId: 'stack', RequestId: 'request-1', LogicalResourceId: 'Tenant', ResourceType: 'Custom::SluiceTenant', ResourceProperties: { ServiceToken: 'arn', ...properties } };
    await handler(z.custom<CloudFormationCustomResourceEvent>().parse({ ...shared, ...event }), z.custom<Context>().parse({ functionName: 'tenant-resource', awsRequestId: 'call-1' }));
    return answer.parse(JSON.parse(told));
  } finally {
    server.close();
    vi.unstubAllEnvs();
  }
}

const properties = { Tenant: 'acme', Url: 'https://sluice.example.com', OperatorKeySecret: 'operator', AdminKeySecret: 'admin', OnDelete: 'keep', Adopt: 'false' };

describe('the function of the tenant\'s resource', () => {
  it('fails a create whose properties do not fit, with what is wrong and where', async () => {
    const { Status, Reason, PhysicalResourceId } = await answerTo({ RequestType: 'Create' }, { ...properties, Url: 'http://sluice.example.com' });
    expect([Status, PhysicalResourceId]).toEqual(['FAILED', 'Tenant']);
    expect(Reason).toMatch(/the properties do not fit: [^]*must begin with https:\/\/[^]*Url/);
  });

  it.each([
    ['of another form', { Tenant: 'Not A Name', OnDelete: 'keep' }],
    ['without a word on what becomes of the tenant', { ...properties, OnDelete: undefined }],
    ['of a tenant that shall be deleted by an address that no key may go to', { ...properties, OnDelete: 'delete', Url: 'http://sluice.example.com' }],
    ['of none at all', {}],
  ])('lets a stack be deleted whose properties are no longer understood: %s', async (_, malformed) => {
    expect(await answerTo({ RequestType: 'Delete', PhysicalResourceId: 'tenant/acme' }, malformed)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tenant/acme' });
  });

  it('has nothing to leave where nothing was made, and asks nobody', async () => {
    expect(await answerTo({ RequestType: 'Delete', PhysicalResourceId: 'Tenant' }, properties)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'Tenant' });
  });
});
