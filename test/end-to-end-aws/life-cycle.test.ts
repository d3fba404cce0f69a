import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ListTablesCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createClient } from '#client/index';
import { runCli } from '#test/cli/run-cli';

import { guardedFolder } from '../end-to-end-standalone/guarded.ts';
import { Shop } from '../end-to-end/shop.ts';
import { systemUnderTest } from '../end-to-end/system-under-test.ts';
import type { SystemUnderTest } from '../end-to-end/system-under-test.ts';
import { Tenant } from '../end-to-end/tenant.ts';
import { until } from '../end-to-end/until.ts';
import { NAME, controlPlaneCdk } from './cdk.ts';
import { changedMachine } from './changed-machine.ts';
import { deployAgain } from './deploy.ts';
import { bedUrl } from './require-bed.ts';

const emulator = bedUrl();
let folder: string;
let removeFolder: () => Promise<void>;
beforeAll(async () => { ({ folder, remove: removeFolder } = await guardedFolder()); });
afterAll(async () => await removeFolder());

/** What the emulator has of what keeps the data. */
async function kept(): Promise<readonly string[]> {
  const [tables, buckets] = [new DynamoDBClient(), new S3Client({ forcePathStyle: true })];
  const { TableNames = [] } = await tables.send(new ListTablesCommand());
  const { Buckets = [] } = await buckets.send(new ListBucketsCommand());
  tables.destroy();
  buckets.destroy();
  return [...TableNames, ...Buckets.map(({ Name = '' }) => Name)].filter((name) => name.startsWith(`${NAME}-`)).sort();
}

const operator = () => createClient({ url: systemUnderTest.url, key: systemUnderTest.operatorKey, maximumAttempts: 10 });

/** Runs `sluice` as whoever runs the control plane does. */
async function sluice(...words: readonly string[]): Promise<void> {
  const environment = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('AWS_') && entry[1] !== undefined));
  const { exitCode, stderr } = await runCli(words, { environment });
  expect([exitCode, stderr]).toEqual([0, '']);
}

/** This takes the system away that all other tests use, so it is run after them; what each test does builds upon the one before. */
describe('the life of an installation', () => {
  const data = ['events', 'state', `blobs-${process.env['CDK_DEFAULT_ACCOUNT'] ?? ''}-${process.env['CDK_DEFAULT_REGION'] ?? ''}`].map((name) => `${NAME}-${name}`).sort();
  let tenant: Tenant;
  let events: readonly string[];
  let again: SystemUnderTest;

  it('has nothing to change after it was deployed', async () => {
    const cdk = await controlPlaneCdk(emulator, folder);
    const { exitCode, output } = await cdk('diff', '--fail');
    expect([exitCode, output]).toEqual([0, expect.stringContaining('There were no differences')]);
  });

  it('carries to its end what began on an older state machine, after that was changed', async () => {
    const running = await Tenant.open('upgrade');
    const shop = await Shop.open(running, { strategy: { type: 'canary', steps: [{ weightPercent: 10 }, { pause: {} }] } });
    await shop.isServed();
    const deployment = await shop.deploy('1.1.0');
    await deployment.running('pause');
    const machine = await changedMachine('canary', { StartAt: 'Changed', States: { Changed: { Type: 'Fail' } } });
    try {
      expect(await machine.statusOfNew()).toBe('FAILED');
      await running.client.promoteDeployment({ ...deployment.params });
      await deployment.endsAs('Succeeded');
      await until('its execution has ended', async () => (await machine.statusOf(deployment.id) === 'RUNNING' ? undefined : true));
      expect(await machine.statusOf(deployment.id)).toBe('SUCCEEDED');
    } finally {
      await machine.restore();
      await running.close();
    }
  });

  it('goes back to a moment: paused, its tables restored from a copy, resumed', async () => {
    tenant = await Tenant.open('before');
    await tenant.settled();
    events = await tenant.listed();
    const tables = ['--events-table', `${NAME}-events`, '--state-table', `${NAME}-state`];
    await sluice('backup', join(folder, 'copy.jsonl'), ...tables);
    const { name } = await operator().putTenant({ params: { name: 'later' } });
    await sluice('admin', 'pause', NAME);
    expect((await fetch(`${systemUnderTest.url}/v1`)).ok).toBe(false);
    await sluice('restore', join(folder, 'copy.jsonl'), ...tables, '--replace');
    await sluice('admin', 'resume', NAME);
    expect((await operator().getTenant({ params: { name: tenant.name } })).name).toBe(tenant.name);
    await expect(operator().getTenant({ params: { name } })).rejects.toMatchObject({ code: 'not-found' });
    expect(await tenant.listed()).toEqual(events);
    await tenant.settled();
    events = await tenant.listed();
    await tenant.close();
  });

  it('keeps tables and bucket when it is taken away, and nothing answers any more', async () => {
    const cdk = await controlPlaneCdk(emulator, folder);
    const { exitCode, output } = await cdk('destroy', '--force');
    expect(exitCode, output).toBe(0);
    expect(await kept()).toEqual(data);
    expect((await fetch(`${systemUnderTest.url}/v1`)).status).toBe(404);
  });

  it('is not put beside what it has left: without being told to take that, a deployment fails', async () => {
    await expect(deployAgain(emulator, folder)).rejects.toThrow('deploy failed');
    expect(await kept()).toEqual(data);
  });

  it('finds its data again: the operator\'s key, the tenant with its key, and every event', async () => {
    again = await deployAgain(emulator, folder, '--import-existing-resources');
    expect(await kept()).toEqual(data);
    expect(again.operatorKey).toBe(systemUnderTest.operatorKey);
    expect(again.url).not.toBe(systemUnderTest.url);
    const { name, adminKey: key } = tenant;
    expect((await createClient({ url: again.url, key: again.operatorKey }).getTenant({ params: { name } })).name).toBe(name);
    const { items } = await createClient({ url: again.url, key }).listEvents({ query: { limit: 200 } });
    expect(items.map(({ stream, version }) => `${stream}@${version}`)).toEqual(events);
    const outputs = await readFile(join(folder, 'outputs.json'), 'utf8');
    expect(outputs).not.toContain(again.operatorKey);
  });

  it('works on: what is written is relayed and listed as before', async () => {
    const after = await Tenant.open('after', again);
    expect(await after.countEvents()).toBeGreaterThan(0);
    await after.close();
  });
});
