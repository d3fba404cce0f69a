import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ensureOperatorKey, ensureTenant } from '#application/tenants/first-start';

import { QuietSystem } from '../quiet-system.ts';

let system: QuietSystem;

beforeEach(async () => {
  system = await QuietSystem.open();
});

afterEach(async () => {
  await system.close();
});

const VALUE = 'chosen-by-a-script';
const keysOf = async (tenant: string) => await system.engine.ports.keys.list(tenant, { limit: 10 });

describe('the first start', () => {
  it('makes one operator\'s key, and none at the next start', async () => {
    expect(await ensureOperatorKey(system.context())).toMatchObject({ role: 'operator', key: expect.stringMatching(/^slk_/) });
    expect(await ensureOperatorKey(system.context())).toBeUndefined();
    expect(await keysOf('operator')).toMatchObject([{ tenant: 'operator', role: 'operator', name: 'operator' }]);
  });

  it('makes no new operator\'s key when the first was revoked', async () => {
    const made = await ensureOperatorKey(system.context());
    await system.call('revokeKey', { params: { id: made?.id } }, { role: 'operator', tenant: 'operator' });
    expect(await ensureOperatorKey(system.context())).toBeUndefined();
  });

  it('makes a tenant and its admin key, and nothing at the next start', async () => {
    const first = await ensureTenant(system.context(), 'default');
    expect(first).toMatchObject({ created: true, adminKey: { role: 'admin', name: 'admin', key: expect.stringMatching(/^slk_/) } });
    expect(await ensureTenant(system.context(), 'default')).toEqual({ created: false, adminKey: undefined });
    expect(await keysOf('default')).toHaveLength(1);
    expect((await system.call('listTenants', {}, { role: 'operator', tenant: 'operator' })).items).toMatchObject([{ name: 'default' }]);
  });

  it('makes the admin key of a chosen value, also beside others, once', async () => {
    await ensureTenant(system.context(), 'default');
    const made = await ensureTenant(system.context(), 'default', { adminKeyValue: VALUE });
    expect(made).toMatchObject({ created: false, adminKey: { key: VALUE, prefix: 'chos' } });
    expect(await ensureTenant(system.context(), 'default', { adminKeyValue: VALUE })).toEqual({ created: false, adminKey: undefined });
    expect(await keysOf('default')).toHaveLength(2);
  });

  it('does not bring back a chosen key that was revoked', async () => {
    const made = await ensureTenant(system.context(), 'default', { adminKeyValue: VALUE });
    await system.call('revokeKey', { params: { id: made.adminKey?.id } });
    await ensureTenant(system.context(), 'default', { adminKeyValue: VALUE });
    expect(await keysOf('default')).toMatchObject([{ revokedAt: '2026-11-21T12:00:00.000Z' }]);
  });

  it('refuses a value that is another tenant\'s key', async () => {
    await ensureTenant(system.context(), 'other', { adminKeyValue: VALUE });
    await expect(ensureTenant(system.context(), 'default', { adminKeyValue: VALUE })).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['', 'short', 'with a space in it', 'späte-änderung', 'x'.repeat(513)])('refuses a value that no caller could send or anybody guesses: "%s"', async (adminKeyValue) => {
    await expect(ensureTenant(system.context(), 'default', { adminKeyValue })).rejects.toMatchObject({ code: 'rule-broken' });
    expect(await keysOf('default')).toEqual([]);
  });

  it('leaves a deleted tenant deleted', async () => {
    await ensureTenant(system.context(), 'default');
    await system.call('deleteTenant', { params: { name: 'default' } }, { role: 'operator', tenant: 'operator' });
    expect(await ensureTenant(system.context(), 'default', { adminKeyValue: VALUE })).toEqual({ created: false, adminKey: undefined });
    expect(await keysOf('default')).toMatchObject([{ revokedAt: expect.any(String) }]);
  });
});
