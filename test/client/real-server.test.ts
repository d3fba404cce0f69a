import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createClient } from '#client/client';
import type { SluiceClient } from '#client/client';
import { startStandalone } from '#standalone/runtime';
import type { RunningStandalone } from '#standalone/runtime';

const adminKey = 'admin-key-0123456789';
const folder = mkdtempSync(join(tmpdir(), 'sluice-client-'));
let server: RunningStandalone;
let client: SluiceClient;

const start = (port: number) => startStandalone({ dataFolder: folder, listen: { host: '127.0.0.1', port }, adminKey, log: () => undefined });

const putTarget = (name: string) => client.putTarget({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });

beforeAll(async () => {
  server = await start(0);
  client = createClient({ url: server.url, key: adminKey });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('answers calls with versions and trace ids, and problems with their codes', async () => {
  await putTarget('first');
  expect(await client.exchange('getTarget', { params: { name: 'first' } })).toMatchObject({ body: { version: 1, kind: 'Target' }, version: 1, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  await expect(client.getTarget({ params: { name: 'none' } })).rejects.toMatchObject({ code: 'not-found', status: 404, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  await expect(client.deleteTarget({ params: { name: 'first' } }, { ifMatchVersion: 7 })).rejects.toMatchObject({ code: 'precondition-failed', status: 412 });
  const names: string[] = [];
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(putTarget));
  for await (const target of client.items('listTargets', { query: { limit: 2 } })) names.push(target.metadata.name);
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e', 'first']);
});

it('loses nothing and repeats nothing while the server is restarted again and again', async () => {
  const port = Number(new URL(server.url).port);
  const subscription = client.subscribe({ kind: 'tenant' });
  await subscription.ready;
  const wanted = Array.from({ length: 30 }, (_, index) => `restart-${index}`);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of subscription) {
      seen.push(event.stream);
      if (event.stream.endsWith(wanted.at(-1) ?? '')) break;
    }
  })();
  for (const [index, name] of wanted.entries()) {
    await putTarget(name);
    if (index % 10 !== 5) continue;
    await server.close();
    server = await start(port);
  }
  await reading;
  expect(seen).toEqual(wanted.map((name) => expect.stringContaining(name)));
}, 60_000);

it('goes on in another client from a cursor', async () => {
  const first = client.subscribe({ kind: 'tenant' });
  await first.ready;
  await putTarget('one');
  for await (const event of first) {
    expect(event.stream).toContain('one');
    break;
  }
  await putTarget('two');
  const cursor = first.cursor;
  const second = createClient({ url: server.url, key: adminKey }).subscribe({ kind: 'tenant' }, cursor === undefined ? {} : { cursor });
  const next = await second[Symbol.asyncIterator]().next();
  second.close();
  expect(next.value?.stream).toContain('two');
});
