import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { createClient } from '#client/index';
import { openStandalonePorts } from '#standalone/open-ports';
import { startStandalone } from '#standalone/runtime';

import { TemporaryFolder, runCli } from './run-cli.ts';

const KEY = 'admin-key-0123456789';

/** What a client of a control plane on a folder sees; it is stopped afterwards. */
async function seen<Seen>(folder: string, look: (client: ReturnType<typeof createClient>) => Promise<Seen>): Promise<Seen> {
  const running = await startStandalone({ dataFolder: folder, listen: { host: '127.0.0.1', port: 0 }, adminKey: KEY, log: () => undefined });
  try {
    return await look(createClient({ url: running.url, key: KEY }));
  } finally {
    await running.close();
  }
}

it('makes the lists of a stopped data folder anew, as they were', async () => {
  using folder = new TemporaryFolder();
  const lists = async (client: ReturnType<typeof createClient>) => [await client.listTargets({}), await client.listAllReleases({})];
  const before = await seen(folder.path, async (client) => {
    const head = { apiVersion: 'sluice.dev/v1' } as const;
    for (const name of ['edge-1', 'edge-2']) await client.putTarget({ params: { name }, body: { ...head, kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
    await client.deleteTarget({ params: { name: 'edge-2' } });
    await client.putApplication({ params: { name: 'shop' }, body: { ...head, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port: 8080 }] } } });
    await client.putRelease({ params: { application: 'shop', name: '1.0.0' }, body: { ...head, kind: 'Release', metadata: { name: '1.0.0' }, spec: { application: 'shop', components: [{ name: 'web', artefact: { command: ['node'] } }] } } });
    return await lists(client);
  });
  const opened = await openStandalonePorts({ dataFolder: folder.path });
  for (const key of ['targets/edge-1', 'releases/shop/1.0.0']) await opened.ports.readModels.erase('default', 'resources', key);
  await opened.close();
  expect(await seen(folder.path, lists)).toEqual([{ items: [] }, { items: [] }]);
  expect(await runCli(['admin', 'rebuild', '--data', folder.path])).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^the lists were made anew of \d+ streams\n$/), stderr: '' });
  expect(await seen(folder.path, lists)).toEqual(before);
  const again = await runCli(['admin', 'rebuild', '--json'], { environment: { SLUICE_DATA: folder.path } });
  expect(JSON.parse(again.stdout)).toEqual({ streams: expect.any(Number) });
});

it('leaves a data folder alone while a control plane uses it', async () => {
  using folder = new TemporaryFolder();
  const refused = await seen(folder.path, async () => await runCli(['admin', 'rebuild', '--data', folder.path]));
  expect(refused).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining('Another process uses the data folder') });
});

it('makes no data folder where there is none', async () => {
  using folder = new TemporaryFolder();
  const missing = join(folder.path, 'mistyped');
  expect(await runCli(['admin', 'rebuild', '--data', missing])).toMatchObject({ exitCode: 5, stderr: expect.stringContaining(missing) });
  expect(existsSync(missing)).toBe(false);
});

it('makes the lists anew while it serves, when it is told to, and says so', async () => {
  using folder = new TemporaryFolder();
  const lines: string[] = [];
  const running = await startStandalone({ dataFolder: folder.path, listen: { host: '127.0.0.1', port: 0 }, adminKey: KEY, rebuild: true, log: (line) => { lines.push(line); } });
  const client = createClient({ url: running.url, key: KEY });
  while (lines.length === 0) await client.listTargets({});
  await running.close();
  expect(lines).toEqual([expect.stringMatching(/^the lists were made anew of \d+ streams$/)]);
});
