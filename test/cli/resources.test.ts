import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TemporaryFolder, jsonLines } from './run-cli.ts';
import { startRealServer } from './real-server.ts';
import type { RealServer } from './real-server.ts';

const target = 'apiVersion: sluice.dev/v1\nkind: Target\nmetadata: {name: cluster-a}\nspec: {provider: agent}\n';
const application = (port: number) => `apiVersion: sluice.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec: {components: [{name: web, port: ${port}}]}\n`;
const environment = 'apiVersion: sluice.dev/v1\nkind: Environment\nmetadata: {name: production}\nspec: {waves: [{targets: [cluster-a]}]}\n';
const release = 'apiVersion: sluice.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec: {application: shop, components: [{name: web, artefact: {command: [server]}}]}\n';
const everything = [release, environment, application(8080), target].join('---\n');

let server: RealServer;

beforeAll(async () => {
  server = await startRealServer();
});

afterAll(async () => {
  await server.close();
});

describe('apply, get, list and delete', () => {
  it('say what was created, changed and unchanged, in the order of need', async () => {
    const first = await server.sluice(['apply', '-f', '-'], { stdin: everything });
    expect(first).toEqual({ exitCode: 0, stdout: 'Target cluster-a created\nApplication shop created\nEnvironment production created\nRelease shop/1.0.0 created\n', stderr: '' });
    using folder = new TemporaryFolder();
    folder.write('a.yaml', application(9090));
    folder.write('b.json', JSON.stringify({ apiVersion: 'sluice.dev/v1', kind: 'Target', metadata: { name: 'cluster-a' }, spec: { provider: 'agent' } }));
    folder.write('notes.txt', 'not a document');
    expect((await server.sluice(['apply', '-f', folder.path])).stdout).toBe('Target cluster-a unchanged\nApplication shop changed\n');
  });

  it('print the API\'s answers with --json', async () => {
    const { stdout, stderr } = await server.sluice(['apply', '-f', '-', '--json'], { stdin: target });
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ kind: 'Target', version: 1, updatedAt: expect.any(String) })]);
    expect(stderr).toBe('Target cluster-a unchanged\n');
    const direct = await (await fetch(`${server.url}/v1/applications/shop`, { headers: { authorization: 'Bearer admin-key-0123456789' } })).json();
    expect(JSON.parse((await server.sluice(['get', 'application', 'shop', '--json'])).stdout)).toEqual(direct);
  });

  it('show a resource so that it can be applied again', async () => {
    const shown = await server.sluice(['get', 'Application', 'shop']);
    expect(shown.stdout).toMatch(/^# version 2, changed .*\napiVersion: sluice.dev\/v1\nkind: Application\n/);
    expect((await server.sluice(['apply', '-f', '-'], { stdin: shown.stdout })).stdout).toBe('Application shop unchanged\n');
  });

  it('list by kind, and everything', async () => {
    expect((await server.sluice(['list', 'release', '--application', 'shop'])).stdout).toMatch(/^NAME +APPLICATION .*\n1\.0\.0 +shop /);
    expect((await server.sluice(['releases', 'shop', '--json'])).stdout).toContain('"1.0.0"');
    expect((await server.sluice(['releases'])).stdout).toMatch(/^NAME +APPLICATION .*\n1\.0\.0 +shop /);
    expect((await server.sluice(['list', 'releases', '--application', 'store'])).stdout).toBe('nothing there\n');
    expect((await server.sluice(['list', 'environments', '--target', 'cluster-a'])).stdout).toMatch(/production/);
    expect((await server.sluice(['list', 'targets', '--provider', 'agent', '--label', 'site=north'])).stdout).toBe('nothing there\n');
    expect((await server.sluice(['list', 'deployments', '--application', 'shop', '--environment', 'production', '--state', 'succeeded'])).stdout).toBe('nothing there\n');
    expect(JSON.parse((await server.sluice(['events', '--stream', 'application/shop', '--type', 'ResourceDeleted', '--json'])).stdout)).toEqual({ items: [] });
    expect((await server.sluice(['list'])).stdout).toMatch(/applications\n[^]*shop[^]*environments\n[^]*production[^]*targets\n[^]*cluster-a[^]*analysis-templates\nnothing there/);
    expect((await server.sluice(['targets'])).stdout).toMatch(/cluster-a +no /);
  });

  it('go through pages with a cursor, or all at once', async () => {
    const page: unknown = JSON.parse((await server.sluice(['events', '--limit', '2', '--json'])).stdout);
    expect(page).toMatchObject({ items: [expect.anything(), expect.anything()], nextCursor: expect.any(String) });
    const { stdout } = await server.sluice(['events', '--limit', '2', '--all', '--json']);
    expect(JSON.parse(stdout)).not.toHaveProperty('nextCursor');
    expect(stdout.match(/"ResourceApplied"/g)?.length).toBeGreaterThan(4);
  });

  it('refuse to delete what is used, and say by whom', async () => {
    const refused = await server.sluice(['delete', 'target', 'cluster-a']);
    expect(refused).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringMatching(/^error in-use: .*production[^]*trace id [0-9a-f]{32}\n$/) });
  });

  it('delete all that a file describes, users first, and what is gone already is no error', async () => {
    expect((await server.sluice(['delete', 'release', 'shop/1.0.0'])).stdout).toBe('Release shop/1.0.0 deleted\n');
    expect(await server.sluice(['delete', '-f', '-'], { stdin: everything })).toEqual({ exitCode: 0, stdout: 'Environment production deleted\nApplication shop deleted\nTarget cluster-a deleted\n', stderr: 'Release shop/1.0.0 was not there\n' });
    expect((await server.sluice(['delete', 'application', 'shop'])).exitCode).toBe(5);
  });
});

describe('nothing is sent', () => {
  it('when one of several documents is invalid', async () => {
    using folder = new TemporaryFolder();
    folder.write('a.yaml', target);
    folder.write('b.yaml', `${application(8080)}---\nkind: Nothing\n`);
    const result = await server.sluice(['apply', '-f', folder.path]);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/b\.yaml:\d+ kind must be one of/);
    expect(JSON.parse((await server.sluice(['list', 'targets', '--json'])).stdout)).toEqual({ items: [] });
  });

  it.each([[['apply', '-f', '/nonexistent/x.yaml'], /cannot be read: ENOENT/], [['get', 'pod', 'x'], /unknown kind "pod"\n {2}possible: application,/], [['delete', 'secret', 'x'], /unknown kind "secret"/], [['list', 'deployments', '--state', 'Sleeping'], /unknown state "Sleeping"\n {2}possible: Requested/], [['list', 'targets', '--state', 'Failed'], /no filter --state/], [['list', 'targets', '--provider', 'abacus'], /unknown provider "abacus"\n {2}possible: agent/], [['list', 'keys', '--role', 'king'], /unknown role "king"\n {2}possible: admin/], [['list', 'keys', '--prefix', 'x'], /no filter --prefix\n {2}possible: --role, --target/], [['delete', 'release', 'shop'], /named APPLICATION\/RELEASE/], [['get', 'deployment', 'dep-1'], /deployment id/], [['list', '--url', 'http://192.0.2.1'], /insecure-url/], [['list', '--url', 'nowhere'], /url must be an address/]])('for %j', async (words, message) => {
    const result = await server.sluice(words);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});

describe('secrets, keys and tenants', () => {
  it('take a secret from standard input and never show it', async () => {
    expect((await server.sluice(['secrets', 'rotate', 'db'], { stdin: 'x' })).exitCode).toBe(5);
    expect(await server.sluice(['secrets', 'set', 'db'], { stdin: 'hunter2\n' })).toEqual({ exitCode: 0, stdout: 'secret db is set (version 1)\n', stderr: '' });
    expect((await server.sluice(['secrets', 'rotate', 'db', '--from-env', 'NEW'], { environment: { NEW: 'hunter3' } })).stdout).toBe('secret db is rotated (version 2)\n');
    const listed = await server.sluice(['secrets', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ items: [{ name: 'db', version: 2 }] });
    expect(listed.stdout).not.toContain('hunter');
    expect((await server.sluice(['secrets', 'list', '--prefix', 'x'])).stdout).toBe('nothing there\n');
    expect((await server.sluice(['get', 'secret', 'db'])).stdout).toMatch(/^name +db\nversion +2\n/);
    expect((await server.sluice(['secrets', 'delete', 'db'])).stdout).toBe('secret db deleted\n');
  });

  it('make a key that works until it is revoked', async () => {
    const made = await server.sluice(['keys', 'create', '--role', 'viewer']);
    const key = made.stdout.trim();
    expect(made.stderr).toMatch(/name +viewer\nrole +viewer\n[^]*shown this once/);
    expect((await server.sluice(['list', 'applications'], { environment: { SLUICE_KEY: key } })).exitCode).toBe(0);
    expect((await server.sluice(['keys', 'list', '--role', 'viewer'])).stdout).toMatch(/^ID .*\n.* viewer +viewer +[^\n]*\n$/);
    expect((await server.sluice(['keys', 'list', '--target', 'cluster-a'])).stdout).toBe('nothing there\n');
    expect((await server.sluice(['keys', 'list'], { environment: { SLUICE_KEY: key } })).exitCode).toBe(4);
    const id = /^id +(\S+)/m.exec(made.stderr)?.[1] ?? '';
    expect((await server.sluice(['get', 'key', id])).stdout).toMatch(/^id +key-.*\nname +viewer\n[^]*revoked +-\n$/);
    expect((await server.sluice(['keys', 'revoke', id])).stdout).toBe(`key ${id} revoked\n`);
    const after = await server.sluice(['list', 'applications', '--json'], { environment: { SLUICE_KEY: key } });
    expect(after).toMatchObject({ exitCode: 3, stderr: '' });
    expect(JSON.parse(after.stdout)).toMatchObject({ code: 'unauthenticated', status: 401, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it('make a tenant and its admin key by the operator\'s', async () => {
    const asOperator = { environment: { SLUICE_KEY: server.operatorKey } };
    expect((await server.sluice(['tenants', 'create', 'payments'], asOperator)).exitCode).toBe(0);
    const key = (await server.sluice(['tenants', 'key', 'payments'], asOperator)).stdout.trim();
    expect((await server.sluice(['tenants', 'list'], asOperator)).stdout).toMatch(/payments/);
    expect((await server.sluice(['tenants', 'list', '--prefix', 'pay', '--json'], asOperator)).stdout).toMatch(/"payments"/);
    expect((await server.sluice(['tenants', 'list', '--prefix', 'pax'], asOperator)).stdout).toBe('nothing there\n');
    expect((await server.sluice(['get', 'tenant', 'payments'], asOperator)).stdout).toMatch(/^name +payments\nmade +/);
    expect((await server.sluice(['list', 'secrets'], { environment: { SLUICE_KEY: key } })).stdout).toBe('nothing there\n');
    expect((await server.sluice(['tenants', 'delete', 'payments'], asOperator)).exitCode).toBe(0);
    expect((await server.sluice(['list', 'secrets'], { environment: { SLUICE_KEY: key } })).exitCode).toBe(3);
  });
});
