import * as z from 'zod';

import { bedUrl } from './require-bed.ts';

/** What the emulator is asked that no client of the project's is for: by the services' own protocols, without a signature, which it does not look at. */
const head = (service: string) => ({ authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${process.env['CDK_DEFAULT_REGION'] ?? ''}/${service}/aws4_request` });

/** Everything that CloudFormation tells of a stack: template, outputs, resources and events, as text. */
export async function toldOfStack(stack: string): Promise<string> {
  const told = ['GetTemplate', 'DescribeStacks', 'DescribeStackResources', 'DescribeStackEvents'].map(async (action) => {
    const answer = await fetch(bedUrl(), { method: 'POST', headers: head('cloudformation'), body: new URLSearchParams({ Action: action, Version: '2010-05-15', StackName: stack }) });
    if (!answer.ok) throw new Error(`${action} of ${stack} answered ${answer.status}: ${await answer.text()}`);
    return await answer.text();
  });
  return (await Promise.all(told)).join('\n');
}

/** All lines of all logs that have a text in them, and how many logs were looked at. */
export async function linesWith(text: string): Promise<{ readonly logs: number; readonly lines: readonly string[] }> {
  const { logGroups } = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) }).parse(await logs('DescribeLogGroups', {}));
  const found = await Promise.all(logGroups.map(async ({ logGroupName }) => z.object({ events: z.array(z.object({ message: z.string() })) }).parse(await logs('FilterLogEvents', { logGroupName })).events));
  return { logs: logGroups.length, lines: found.flat().map(({ message }) => message).filter((line) => line.includes(text)) };
}

async function logs(action: string, asked: object): Promise<unknown> {
  const answer = await fetch(bedUrl(), { method: 'POST', headers: { ...head('logs'), 'x-amz-target': `Logs_20140328.${action}`, 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(asked) });
  if (!answer.ok) throw new Error(`${action} answered ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}
