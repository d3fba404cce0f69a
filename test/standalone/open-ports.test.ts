import { chmod, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openStandalonePorts } from '#standalone/open-ports';

import { found } from '../contracts/event-store.ts';
import { expectFailure } from '../contracts/subject.ts';
import { freshFolder } from './opened.ts';

const AT = '2026-11-21T12:00:00.000Z';

describe('a data folder', () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ folder, remove } = await freshFolder());
  });
  afterEach(() => remove());

  /** The bytes of all files together. */
  const allBytes = async (): Promise<Buffer> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return Buffer.concat(await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name)))));
  };

  it('has everything after a restart', async () => {
    const before = await openStandalonePorts({ dataFolder: folder });
    const { events, readModels, leases, secrets, keys, idempotency, samples, blobs } = before.ports;
    const sample = { application: 'shop', component: 'web', release: '1.0.0', second: 7, requests: 2, errors: 0, latency: { zeros: 2, buckets: [] } };
    const key = { id: 'k', tenant: 'default', name: 'ci', prefix: 'slc_', hash: 'f'.repeat(64), role: 'viewer', target: null, createdAt: AT, expiresAt: null, lastUsedAt: null, revokedAt: null } as const;
    const answer = { status: 201, headers: {}, body: 'made' };
    await events.append({ tenant: 'default', stream: 'sweep/a', expectedVersion: 0, events: [found('one')], at: AT, traceId: 'a'.repeat(32) });
    await readModels.put('default', 'targets', { key: 'edge', version: 1, index: {}, document: 'up' });
    await leases.take('default', 'dep-1', [{ target: 'edge', application: 'shop' }]);
    await secrets.set('default', 'token', 'hunter2', AT);
    await keys.create(key);
    await idempotency.begin({ tenant: 'default', key: 'k', fingerprint: 'f', at: AT });
    await idempotency.finish('default', 'k', answer);
    await samples.write('default', 'edge', [sample]);
    const digest = await blobs.put('default', new Uint8Array([1, 2, 3]));
    const end = await events.feedEnd('default');
    await before.close();

    const { ports, close } = await openStandalonePorts({ dataFolder: folder });
    expect(await ports.events.readLast({ tenant: 'default', stream: 'sweep/a' })).toMatchObject({ version: 1 });
    expect(await ports.events.readFeed('default', undefined, 10)).toMatchObject([{ version: 1, cursor: end }]);
    expect(await ports.events.feedEnd('default')).toBe(end);
    expect(await ports.readModels.get('default', 'targets', 'edge')).toMatchObject({ document: 'up' });
    expect(await ports.leases.heldBy('default', 'dep-1')).toHaveLength(1);
    expect(await ports.secrets.reveal('default', 'token')).toBe('hunter2');
    expect(await ports.keys.findByHash(key.hash)).toEqual(key);
    expect(await ports.idempotency.begin({ tenant: 'default', key: 'k', fingerprint: 'f', at: AT })).toEqual({ state: 'done', answer });
    expect(await ports.samples.read('default', { target: 'edge', application: 'shop', fromSecond: 7, toSecond: 8 })).toEqual([sample]);
    expect(await ports.blobs.get('default', digest)).toEqual(new Uint8Array([1, 2, 3]));
    await close();
  });

  it('takes requests for lost whose process has ended, so that they may be repeated at once', async () => {
    const before = await openStandalonePorts({ dataFolder: folder });
    await before.ports.idempotency.begin({ tenant: 'default', key: 'k', fingerprint: 'f', at: AT });
    await before.close();
    const after = await openStandalonePorts({ dataFolder: folder });
    expect(await after.ports.idempotency.begin({ tenant: 'default', key: 'k', fingerprint: 'f', at: '2026-11-21T12:00:02.000Z' })).toEqual({ state: 'new', firstBegunAt: AT });
    await after.close();
  });

  it('holds no secret and no remembered answer in clear, neither while it is open nor when it is closed', async () => {
    const { ports, close } = await openStandalonePorts({ dataFolder: folder });
    const [secret, former, answer] = ['correct horse battery staple', 'former horse battery staple', 'slc_the-only-time-this-key-is-shown'];
    await ports.secrets.set('default', 'token', former, AT);
    await ports.secrets.set('default', 'token', secret, AT);
    await ports.idempotency.begin({ tenant: 'default', key: 'k', fingerprint: 'f', at: AT });
    await ports.idempotency.finish('default', 'k', { status: 201, headers: {}, body: JSON.stringify({ key: answer }) });
    await ports.readModels.put('default', 'targets', { key: 'edge', version: 1, index: {}, document: 'to be found' });
    const names = await readdir(folder);
    expect(names).toContain('sluice.db-wal');
    const open = await allBytes();
    await close();
    const closed = await allBytes();
    for (const bytes of [open, closed]) {
      // What is no secret is found: the search itself works.
      expect(bytes.includes('to be found')).toBe(true);
      for (const clear of [secret, former, answer, Buffer.from(secret).toString('base64'), Buffer.from(secret, 'utf16le')]) expect(bytes.includes(clear)).toBe(false);
    }
  });

  it('is for its owner alone, and so is the master key in it', async () => {
    const { close } = await openStandalonePorts({ dataFolder: join(folder, 'data') });
    await close();
    expect((await stat(join(folder, 'data'))).mode & 0o077).toBe(0);
    const key = join(folder, 'data', 'master.key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(await readFile(key)).toHaveLength(32);
  });

  it('holds files that only the owner can read, also in a folder that others can enter', async () => {
    await chmod(folder, 0o755);
    const opened = await openStandalonePorts({ dataFolder: folder });
    await opened.ports.events.append({ tenant: 'default', stream: 'sweep/a', expectedVersion: 0, events: [found('one')], at: AT, traceId: 'a'.repeat(32) });
    const names = await readdir(folder);
    expect(names).toEqual(expect.arrayContaining(['master.key', 'sluice.db', 'sluice.db-wal', 'sluice.lock']));
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o077, name).toBe(0);
    await opened.close();
  });

  it('opens with a key file of 32 bytes or of their hexadecimal digits, and then needs no other', async () => {
    const file = join(folder, 'given.key');
    const bytes = Buffer.alloc(32, 7);
    await writeFile(file, bytes);
    const first = await openStandalonePorts({ dataFolder: join(folder, 'data'), masterKeyFile: file });
    await first.ports.secrets.set('default', 'token', 'hunter2', AT);
    await first.close();
    await writeFile(file, `${bytes.toString('hex')}\n`);
    const second = await openStandalonePorts({ dataFolder: join(folder, 'data'), masterKeyFile: file });
    expect(await second.ports.secrets.reveal('default', 'token')).toBe('hunter2');
    await second.close();
    expect(await readdir(join(folder, 'data'))).not.toContain('master.key');
  });

  it('is refused with a wrong, a missing or a broken master key, and no other key is made', async () => {
    await (await openStandalonePorts({ dataFolder: folder })).close();
    const [key, aside] = [join(folder, 'master.key'), join(folder, 'aside.key')];
    await rename(key, aside);
    expect((await expectFailure(openStandalonePorts({ dataFolder: folder }), 'conflict')).detail.detail).toContain('no master key');
    expect(await readdir(folder)).not.toContain('master.key');
    await writeFile(key, Buffer.alloc(32, 1));
    expect((await expectFailure(openStandalonePorts({ dataFolder: folder }), 'conflict')).detail.detail).toContain('not the one');
    await writeFile(key, 'short');
    await expectFailure(openStandalonePorts({ dataFolder: folder }), 'rule-broken');
    await expectFailure(openStandalonePorts({ dataFolder: folder, masterKeyFile: join(folder, 'nowhere.key') }), 'conflict');
    await rm(key);
    await rename(aside, key);
    await (await openStandalonePorts({ dataFolder: folder })).close();
  });

  it('tells the listeners of the signal which tenant has new events, once they are durable', async () => {
    const { ports, signals, close } = await openStandalonePorts({ dataFolder: folder });
    const heard: string[] = [];
    const stop = signals.appended.subscribe((tenant) => heard.push(tenant));
    const append = (tenant: string, expectedVersion: number) =>
      ports.events.append({ tenant, stream: 'sweep/a', expectedVersion, events: [found('one')], at: AT, traceId: 'a'.repeat(32) });
    await append('one', 0);
    await append('two', 0);
    await expectFailure(append('two', 0), 'version-conflict');
    stop();
    await append('one', 1);
    expect(heard).toEqual(['one', 'two']);
    await close();
  });

  it('loses half-written content of blobs at its next start', async () => {
    await (await openStandalonePorts({ dataFolder: folder })).close();
    const first = await openStandalonePorts({ dataFolder: folder });
    await first.ports.blobs.put('default', new Uint8Array([1]));
    await writeFile(join(folder, 'blobs', '.incoming', 'half'), 'hal');
    await first.close();
    await (await openStandalonePorts({ dataFolder: folder })).close();
    expect(await readdir(join(folder, 'blobs'))).toEqual(['default']);
  });
});
