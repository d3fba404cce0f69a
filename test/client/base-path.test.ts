import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createClient } from '#client/client';
import { startStandalone } from '#standalone/runtime';
import type { RunningStandalone } from '#standalone/runtime';

import { runCli } from '../cli/run-cli.ts';
import { StagedGateway } from '../end-to-end-standalone/staged-gateway.ts';

const adminKey = 'admin-key-0123456789';
const folder = mkdtempSync(join(tmpdir(), 'sluice-client-'));
let server: RunningStandalone;
let gateway: StagedGateway;

beforeAll(async () => {
  server = await startStandalone({ dataFolder: folder, listen: { host: '127.0.0.1', port: 0 }, adminKey, log: () => undefined });
  gateway = await StagedGateway.start(server.url);
});

afterAll(async () => {
  await gateway.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['', '/'])('calls, lists and subscribes under the base path of its address, ending in "%s"', async (end) => {
  const client = createClient({ url: `${gateway.url}${end}`, key: adminKey });
  const subscription = client.subscribe({ kind: 'tenant' });
  await subscription.ready;
  const name = `target-${end.length}`;
  await client.putTarget({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });
  for await (const event of subscription) {
    if (event.stream === `target/${name}`) break;
  }
  const listed: string[] = [];
  for await (const target of client.items('listTargets', { query: { limit: 1 } })) listed.push(target.metadata.name);
  expect(listed).toContain(name);
});

it('keeps it in the command line too', async () => {
  const { exitCode, stdout } = await runCli(['get', 'target', 'target-0', '--json'], { environment: { SLUICE_URL: gateway.url, SLUICE_KEY: adminKey } });
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { metadata: { name: 'target-0' } }]);
});
