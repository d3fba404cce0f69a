import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { PlayedAgent } from '../end-to-end/played-agent.ts';
import { systemUnderTest } from '../end-to-end/system-under-test.ts';
import { Tenant } from '../end-to-end/tenant.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'sluice.mjs');

let tenant: Tenant;
let agent: PlayedAgent;
beforeAll(async () => { tenant = await Tenant.open('command-line'); });
afterAll(async () => await tenant.close());

/** Runs `sluice` as a user does: only address and key differ from any other server. */
async function sluice(words: readonly string[], { stdin = '', key = tenant.adminKey }: { readonly stdin?: string; readonly key?: string } = {}) {
  const child = spawn(process.execPath, [program, ...words], { env: { PATH: process.env.PATH, HOME: '/nonexistent', SLUICE_URL: systemUnderTest.url, SLUICE_KEY: key }, stdio: ['pipe', 'pipe', 'pipe'] });
  const [out, errors] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString('utf8');
  });
  child.stdin.end(stdin);
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout: out?.() ?? '', stderr: errors?.() ?? '' };
}

const lines = (text: string) => text.trimEnd().split('\n').map((line): unknown => JSON.parse(line));

const document = (kind: string, name: string, spec: object) => JSON.stringify({ apiVersion: 'sluice.dev/v1', kind, metadata: { name }, spec });
const release = (name: string) => document('Release', name, { application: 'shop', components: [{ name: 'web', artefact: { command: ['node', `${name}.mjs`] } }] });
const documents = [
  document('Target', 'edge', { provider: 'agent' }),
  document('Application', 'shop', { components: [{ name: 'web', port: 8080, replicas: 2 }] }),
  document('Environment', 'production', { waves: [{ targets: ['edge'] }], strategy: { type: 'rolling' } }),
  release('1.0.0'), release('1.1.0'),
];

/** Each test goes on from the one before, as a first day with Sluice does. */
describe('the command line, against this address', () => {
  it('applies resources, and says that nothing changed when they are applied again', async () => {
    const stdin = documents.join('\n---\n');
    expect(await sluice(['apply', '-f', '-'], { stdin })).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('created') });
    const { exitCode, stdout } = await sluice(['apply', '-f', '-'], { stdin });
    expect([exitCode, stdout.match(/unchanged/g)?.length]).toEqual([0, documents.length]);
  });

  it('makes a key with which an agent serves the target', async () => {
    const { stdout } = await sluice(['keys', 'create', '--role', 'agent', '--target', 'edge', '--json']);
    const { key } = z.object({ key: z.string() }).parse(JSON.parse(stdout));
    agent = new PlayedAgent(tenant.clientOf(key), 'edge', { application: 'shop', component: 'web' });
    tenant.onClose(() => agent.stop());
    await agent.start();
    expect(await sluice(['targets'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('edge') });
  });

  it('deploys, follows the deployment over the WebSocket to its end, and exits with 0', async () => {
    const { exitCode, stdout } = await sluice(['deploy', 'shop', '1.0.0', '--environment', 'production', '--watch']);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/shop 1\.0\.0 → production: Succeeded/)]);
  });

  it('exits with 10 for a deployment that returned to the release before', async () => {
    agent.handling = ({ verb, desired }) => (verb === 'apply' && desired.new?.release === '1.1.0' && desired.weightPercent > 0 ? 'failed' : 'succeeded');
    const { exitCode, stdout } = await sluice(['deploy', 'shop', '1.1.0', '--environment', 'production', '--watch', '--json']);
    expect(exitCode, stdout).toBe(10);
    expect(lines(stdout).at(-1)).toMatchObject({ release: '1.1.0', state: 'RolledBack' });
  });

  it('lists, gets and watches, as the API answered', async () => {
    await tenant.settled();
    const listed = await sluice(['list', 'deployments', '--json']);
    const { items } = z.object({ items: z.array(z.object({ id: z.string(), release: z.string(), state: z.string() })) }).parse(JSON.parse(listed.stdout));
    expect(items.map((one) => `${one.release} ${one.state}`).sort()).toEqual(['1.0.0 Succeeded', '1.1.0 RolledBack']);
    const [{ id } = { id: '' }] = items.filter((one) => one.state === 'Succeeded');
    expect(JSON.parse((await sluice(['get', 'deployment', id, '--json'])).stdout)).toMatchObject({ id, state: 'Succeeded' });
    expect(await sluice(['get', 'release', 'shop/1.0.0'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1.0.0.mjs') });
    const watched = await sluice(['watch', id, '--json']);
    const seen = z.array(z.looseObject({ type: z.string().optional(), state: z.string().optional() })).parse(lines(watched.stdout));
    expect([watched.exitCode, seen[0]?.type, seen.at(-1)?.state]).toEqual([0, 'DeploymentRequested', 'Succeeded']);
  });

  it('tells by its exit code what was wrong', async () => {
    const ended = await Promise.all([
      sluice(['get', 'target', 'nowhere']), sluice(['list', 'targets'], { key: 'slk_unknown' }), sluice(['deploy', 'shop', '9.9.9', '--environment', 'production']), sluice(['deploy', 'shop']),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([5, 3, 7, 2]);
  });
});
