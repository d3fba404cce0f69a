import { randomUUID } from 'node:crypto';

import { CreateFunctionCommand, GetFunctionConcurrencyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errors } from '#contracts/errors';
import { functionTable } from '#contracts/function-table';
import { runCli } from '#test/cli/run-cli';

import { hasOnlyDynamodb } from './bed.ts';
import { zipped } from './zipped.ts';

const lambda = new LambdaClient();
const installation = `paused-${randomUUID().slice(0, 8)}`;
/** One is missing, as it is in an installation that cannot use it. */
const names = Object.keys(functionTable).filter((name) => name !== 'throttle-tenant').map((name) => `${installation}-${name}`);

afterAll(() => { lambda.destroy(); });

/** How many calls of each there may be, where that is bounded. */
async function bounds(): Promise<readonly (readonly [name: string, most: number | undefined])[]> {
  return await Promise.all(names.map(async (FunctionName) => [FunctionName, (await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions] as const));
}

async function admin(...words: readonly string[]) {
  const environment = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('AWS_') && entry[1] !== undefined));
  return await runCli(['admin', ...words, '--json'], { environment });
}

describe.skipIf(hasOnlyDynamodb)('sluice admin pause and resume', () => {
  beforeAll(async () => {
    const ZipFile = zipped('index.mjs', 'export const handler = async () => null;');
    for (const FunctionName of names) await lambda.send(new CreateFunctionCommand({ FunctionName, Role: 'arn:aws:iam::000000000000:role/paused', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile } }));
  });

  it('let no function of the installation be called, and then all, as often as they are told', async () => {
    for (const _ of ['once', 'again']) {
      expect(await admin('pause', installation)).toMatchObject({ exitCode: 0, stdout: `${JSON.stringify({ functions: names })}\n` });
      expect(await bounds()).toEqual(names.map((name) => [name, 0]));
    }
    for (const _ of ['once', 'again']) {
      expect(await admin('resume', installation)).toMatchObject({ exitCode: 0, stdout: `${JSON.stringify({ functions: names })}\n` });
      expect(await bounds()).toEqual(names.map((name) => [name, undefined]));
    }
  });

  it('reserve again what the stack had reserved, when told', async () => {
    await admin('pause', installation);
    await admin('resume', installation, '--api-concurrency', '50');
    const reserved = (await bounds()).filter(([, most]) => most !== undefined);
    expect(reserved).toEqual([[`${installation}-api`, 50], [`${installation}-sweep`, 1], [`${installation}-expire`, 1]]);
  });

  it('tell of a name that no function has', async () => {
    const { exitCode, stdout } = await admin('pause', `${installation}x`);
    expect(exitCode).toBe(errors['not-found'].exitCode);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'not-found', detail: `There is no function ${installation}x-… in this region and account.` });
  });
});
