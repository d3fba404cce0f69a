import { createServer } from 'node:http';
import type { Server } from 'node:http';

import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { answeringStack } from '#functions/runtime/stack-answer';

let server: Server;
let answers: { readonly body: unknown; readonly contentType: string | undefined; readonly method: string | undefined }[];
let failures: number;
let url: string;
beforeEach(async () => {
  [answers, failures] = [[], 0];
  server = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (part: string) => { body += part; });
    request.on('end', () => {
      failures -= 1;
      if (failures < 0) answers.push({ body: JSON.parse(body), contentType: request.headers['content-type'], method: request.method });
      response.writeHead(failures < 0 ? 200 : 503).end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/answer?signature=x`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => { server.close(resolve); });
});

const shared = { ServiceToken: 'arn', ResponseURL: '', StackId: 'stack', RequestId: 'request-1', LogicalResourceId: 'FirstKeys', ResourceType: 'Custom::Sluice', ResourceProperties: { ServiceToken: 'arn' } };
const create = (): CloudFormationCustomResourceEvent => ({ ...shared, ResponseURL: url, RequestType: 'Create' });
const update = (): CloudFormationCustomResourceEvent => ({ ...shared, ResponseURL: url, RequestType: 'Update', PhysicalResourceId: 'as-before', OldResourceProperties: { ServiceToken: 'arn' } });

describe('the answer to CloudFormation', () => {
  it('tells of success by the request, without a content type, which the signature does not cover', async () => {
    await answeringStack(async () => await Promise.resolve({ physicalId: 'tenant/acme', data: { Name: 'acme' } }))(create());
    expect(answers).toEqual([{ method: 'PUT', contentType: '', body: { StackId: 'stack', RequestId: 'request-1', LogicalResourceId: 'FirstKeys', Status: 'SUCCESS', PhysicalResourceId: 'tenant/acme', Data: { Name: 'acme' } } }]);
  });

  it('keeps the physical id of what was made before, so that nothing is replaced', async () => {
    await answeringStack(async () => await Promise.resolve())(update());
    expect(answers[0]?.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'as-before' });
  });

  it('tells of failure with its reason, and the function itself does not fail, or it would be called again', async () => {
    await answeringStack(async () => await Promise.reject(new Error('no such tenant')))(create());
    expect(answers[0]?.body).toMatchObject({ Status: 'FAILED', Reason: 'no such tenant', PhysicalResourceId: 'FirstKeys' });
  });

  it('is sent again while it is not taken, four times at the most', async () => {
    const pauses: number[] = [];
    const answering = answeringStack(async () => await Promise.resolve(), async (milliseconds) => pauses.push(milliseconds));
    failures = 3;
    await answering(create());
    expect(answers).toHaveLength(1);
    failures = 100;
    await expect(answering(create())).rejects.toThrow('did not take the answer');
    expect(failures).toBe(96);
    expect(pauses).toEqual([1000, 2000, 4000, 1000, 2000, 4000]);
  });
});
