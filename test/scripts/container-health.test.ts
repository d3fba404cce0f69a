import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { root } from '../architecture/project.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => { for (const server of servers.splice(0)) server.close(); });

/** A server that answers every path but /healthz with 404. */
async function serve(healthStatus: number): Promise<string> {
  const server = createServer((request, response) => response.writeHead(request.url === '/healthz' ? healthStatus : 404).end());
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return String(typeof address === 'object' ? address?.port : address);
}

async function check(environment: Readonly<Record<string, string>>): Promise<{ readonly exitCode: number | null; readonly said: string }> {
  const child = execFile(process.execPath, [join(root, 'scripts', 'container-health.mjs')], { env: environment });
  let said = '';
  child.stderr?.on('data', (part: string) => { said += part; });
  await once(child, 'close');
  return { exitCode: child.exitCode, said };
}

describe('the health check of the container', () => {
  it('passes when the server answers', async () => {
    expect(await check({ SLUICE_PORT: await serve(200) })).toEqual({ exitCode: 0, said: '' });
  });

  it('fails with what the server answers instead', async () => {
    expect(await check({ SLUICE_PORT: await serve(503) })).toEqual({ exitCode: 1, said: '/healthz answers 503\n' });
  });

  it('fails when nothing listens', async () => {
    const port = await serve(200);
    servers.pop()?.close();
    expect(await check({ SLUICE_PORT: port })).toMatchObject({ exitCode: 1, said: expect.stringContaining('ECONNREFUSED') });
  });

  it('speaks TLS where the server does', async () => {
    expect(await check({ SLUICE_PORT: await serve(200), SLUICE_TLS_CERT: '/tls/server.pem' })).toMatchObject({ exitCode: 1, said: expect.stringMatching(/SSL|TLS|EPROTO/i) });
  });
});
