import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createClient } from '#client/index';

import { guardedFolder } from '../end-to-end-standalone/guarded.ts';
import { systemUnderTest } from '../end-to-end/system-under-test.ts';
import { Tenant } from '../end-to-end/tenant.ts';
import { until } from '../end-to-end/until.ts';
import { linesWith, toldOfStack } from './emulated.ts';
import { TenantStack } from './tenant-stack.ts';

const { url } = systemUnderTest;
const operator = createClient({ url, key: systemUnderTest.operatorKey });

let stack: TenantStack;
let removeFolder: () => Promise<void>;
beforeAll(async () => {
  const { folder, remove } = await guardedFolder();
  removeFolder = remove;
  stack = await TenantStack.of(folder);
  await stack.deploy();
});
afterAll(async () => {
  stack.close();
  await removeFolder();
});

const targetIn = (client: Pick<ReturnType<typeof createClient>, 'putTarget'>, name: string) => client.putTarget({ params: { name }, body: { apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name }, spec: { provider: 'agent' } } });

/** What each test does builds upon the one before: a stack is deployed, used, deployed again, and goes. */
describe('a tenant in a stack of its own', () => {
  it('is registered, and its secret holds an admin key that works', async () => {
    expect((await operator.getTenant({ params: { name: stack.name } })).name).toBe(stack.name);
    const { key, tenant } = await stack.adminKey();
    expect(tenant).toBe(stack.name);
    expect(await createClient({ url, key }).getService()).toMatchObject({ tenant: stack.name, role: 'admin' });
  });

  it('has its events forwarded to its own bus, and nobody else\'s', async () => {
    const other = await Tenant.open('neighbour');
    await targetIn(other.client, 'of-the-neighbour');
    await other.settled();
    await other.close();
    const { key } = await stack.adminKey();
    await targetIn(createClient({ url, key }), 'of-ours');
    const seen = new Map<string, string>();
    await until('the event of our target comes to the bus', async () => {
      for (const { detail } of await stack.forwarded()) seen.set(detail.stream, detail.tenant);
      return seen.has('target/of-ours') ? true : undefined;
    });
    expect(new Set(seen.values())).toEqual(new Set([stack.name]));
  });

  it('changes nothing when it is deployed again', async () => {
    const before = await stack.adminKey();
    expect(await stack.deploy()).toContain('no changes');
    expect(await stack.adminKey()).toEqual(before);
  });

  it('shows its key nowhere but in the secret: in no template, output, attribute or event of the stack, and in no log', async () => {
    const { key } = await stack.adminKey();
    const told = await toldOfStack(stack.stackName);
    expect(told).toContain('Custom::SluiceTenant');
    expect(told).not.toContain(key);
    const { logs, lines } = await linesWith(key);
    expect(logs).toBeGreaterThan(20);
    expect(lines).toEqual([]);
    expect((await linesWith('platform.start')).lines.length + (await linesWith('START RequestId')).lines.length).toBeGreaterThan(0);
  });

  it('leaves the tenant when it goes, and revokes the key', async () => {
    const { key } = await stack.adminKey();
    const { exitCode, output } = await stack.cdk('destroy', '--force');
    expect(exitCode, output).toBe(0);
    expect((await operator.getTenant({ params: { name: stack.name } })).name).toBe(stack.name);
    await expect(createClient({ url, key, maximumAttempts: 1 }).getService()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('fails to be deployed once more, since the tenant is there already, and says so', async () => {
    await expect(stack.deploy()).rejects.toThrow(`there is a tenant ${stack.name} already, which this stack has not made`);
  });
});
