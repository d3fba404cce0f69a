import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { QuietSystem } from '../quiet-system.ts';
import { put, shop } from '../resources/shop-documents.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const VALUE = 'correct horse battery staple';
const named = { params: { name: 'database-password' } };

describe('a secret', () => {
  it('is set, and shown without its value', async () => {
    const facts = { name: 'database-password', version: 1, createdAt: '2026-11-21T12:00:00.000Z', updatedAt: '2026-11-21T12:00:00.000Z' };
    expect(await system.call('setSecret', { ...named, body: { value: VALUE } })).toEqual(facts);
    expect(await system.call('getSecret', named)).toEqual(facts);
    expect(await system.call('listSecrets')).toEqual({ items: [facts] });
    expect(await system.engine.ports.secrets.reveal('default', 'database-password')).toBe(VALUE);
  });

  it('is set again with a new version', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    system.time.advance(60);
    expect(await system.call('setSecret', { ...named, body: { value: 'another' } })).toMatchObject({ version: 2, createdAt: '2026-11-21T12:00:00.000Z', updatedAt: '2026-11-21T12:01:00.000Z' });
    expect(await system.engine.ports.secrets.reveal('default', 'database-password')).toBe('another');
  });

  it('is rotated only when it exists', async () => {
    expect(await system.refusal('rotateSecret', { ...named, body: { value: VALUE } })).toMatchObject({ code: 'not-found' });
    expect(await system.engine.ports.secrets.facts('default', 'database-password')).toBeUndefined();
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    expect(await system.call('rotateSecret', { ...named, body: { value: 'another' } })).toMatchObject({ version: 2 });
  });

  it('leaves a record of who did what, and no value in it', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    await system.call('rotateSecret', { ...named, body: { value: 'another' } });
    await system.call('deleteSecret', named);
    expect(await system.events('secret/database-password')).toEqual([
      { type: 'SecretSet', payload: { name: 'database-password', secretVersion: 1, rotated: false, by: 'key-alice' } },
      { type: 'SecretSet', payload: { name: 'database-password', secretVersion: 2, rotated: true, by: 'key-alice' } },
      { type: 'SecretDeleted', payload: { name: 'database-password', by: 'key-alice' } },
    ]);
  });

  it('is in no file of the data folder in clear', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    const files = await readdir(system.folder, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(files.filter((one) => one.isFile()).map(async (one) => await readFile(join(one.parentPath, one.name))));
    expect(contents.length).toBeGreaterThan(0);
    expect(contents.some((content) => content.includes('database-password'))).toBe(true);
    expect(contents.some((content) => content.includes(VALUE))).toBe(false);
  });

  it('is recorded completely by several writers at once', async () => {
    await Promise.all(['a', 'b', 'c'].map(async (value) => await system.call('setSecret', { ...named, body: { value } })));
    const events = await system.events('secret/database-password');
    expect(events).toHaveLength(3);
    for (const secretVersion of [1, 2, 3]) expect(events).toContainEqual({ type: 'SecretSet', payload: { name: 'database-password', secretVersion, rotated: secretVersion > 1, by: 'key-alice' } });
  });

  it('is not deleted while an application or a release names it', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    const environment = [{ name: 'PASSWORD', valueFrom: { secret: 'database-password' } }];
    await put(system, shop.application({ name: 'web', port: 8080, environment }));
    await put(system, shop.release('1.4.2', [{ name: 'web', artefact: { command: ['node'] }, environment }]));
    expect(await system.refusal('deleteSecret', named)).toMatchObject({ code: 'in-use', detail: { context: { usedBy: ['applications/shop', 'releases/shop/1.4.2'] } } });
    await put(system, shop.application());
    await system.call('deleteRelease', { params: { application: 'shop', name: '1.4.2' } });
    expect(await system.call('deleteSecret', named)).toBeNull();
    expect(await system.refusal('deleteSecret', named)).toMatchObject({ code: 'not-found' });
  });

  it('is its tenant\'s alone', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } }, { tenant: 'other' });
    expect(await system.refusal('getSecret', named)).toMatchObject({ code: 'not-found' });
    expect(await system.refusal('deleteSecret', named)).toMatchObject({ code: 'not-found' });
    expect(await system.call('listSecrets')).toEqual({ items: [] });
  });

  it('has its version as ETag, and is changed and deleted at the version that If-Match names only', async () => {
    expect(await system.refusal('setSecret', { ...named, body: { value: VALUE } }, { ifMatchVersion: 1 })).toMatchObject({ code: 'precondition-failed' });
    expect(await system.answer('setSecret', { ...named, body: { value: VALUE } })).toMatchObject({ version: 1 });
    expect(await system.answer('setSecret', { ...named, body: { value: 'another' } }, { ifMatchVersion: 1 })).toMatchObject({ version: 2, body: { version: 2 } });
    for (const operation of ['setSecret', 'rotateSecret'] as const) {
      expect(await system.refusal(operation, { ...named, body: { value: 'late' } }, { ifMatchVersion: 1 })).toMatchObject({ code: 'precondition-failed', detail: { context: { ifMatchVersion: 1, presentVersion: 2 } } });
    }
    expect(await system.refusal('deleteSecret', named, { ifMatchVersion: 1 })).toMatchObject({ code: 'precondition-failed' });
    expect(await system.engine.ports.secrets.reveal('default', 'database-password')).toBe('another');
    expect(await system.answer('rotateSecret', { ...named, body: { value: 'third' } }, { ifMatchVersion: 2 })).toMatchObject({ version: 3 });
    expect(await system.answer('getSecret', named)).toMatchObject({ version: 3 });
    expect(await system.call('deleteSecret', named, { ifMatchVersion: 3 })).toBeNull();
    expect(await system.events('secret/database-password')).toHaveLength(4);
  });

  it('is set once by several who saw the same version', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    const ended = await Promise.allSettled(['a', 'b', 'c'].map(async (value) => await system.call('setSecret', { ...named, body: { value } }, { ifMatchVersion: 1 })));
    expect(ended.map((one) => (one.status === 'rejected' ? one.reason.code : 'set')).toSorted()).toEqual(['precondition-failed', 'precondition-failed', 'set']);
    expect(await system.call('getSecret', named)).toMatchObject({ version: 2 });
  });

  it('never has a version again after it was deleted and made anew', async () => {
    await system.call('setSecret', { ...named, body: { value: VALUE } });
    await system.call('deleteSecret', named);
    expect(await system.call('setSecret', { ...named, body: { value: 'anew' } })).toMatchObject({ version: 3 });
    expect(await system.refusal('setSecret', { ...named, body: { value: 'late' } }, { ifMatchVersion: 1 })).toMatchObject({ code: 'precondition-failed' });
    expect((await system.events('secret/database-password')).at(-1)).toMatchObject({ type: 'SecretSet', payload: { secretVersion: 3, rotated: false } });
  });

  it('is listed by what its name begins with', async () => {
    for (const name of ['shop', 'shop-db', 'shop-token', 'shoq', 'api']) await system.call('setSecret', { params: { name }, body: { value: VALUE } });
    const first = await system.call('listSecrets', { query: { prefix: 'shop', limit: 2 } });
    const second = await system.call('listSecrets', { query: { prefix: 'shop', limit: 2, cursor: first.nextCursor } });
    expect([first.items.map((one) => one.name), second.items.map((one) => one.name), second.nextCursor]).toEqual([['shop', 'shop-db'], ['shop-token'], undefined]);
    await expect(system.call('listSecrets', { query: { prefix: 'Shop%' } })).rejects.toMatchObject({ name: 'ZodError' });
  });

  it('is listed page by page', async () => {
    for (const name of ['c', 'a', 'b']) await system.call('setSecret', { params: { name }, body: { value: VALUE } });
    const first = await system.call('listSecrets', { query: { limit: 2 } });
    const second = await system.call('listSecrets', { query: { limit: 2, cursor: first.nextCursor } });
    expect([first.items.map((one) => one.name), second.items.map((one) => one.name), second.nextCursor]).toEqual([['a', 'b'], ['c'], undefined]);
  });
});
