import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'sluice-kept-'));
const kept: number[] = [];
afterAll(() => {
  for (const pid of kept) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const starter = `
  import { startSluice } from ${JSON.stringify(new URL('../../../examples/demo/started-process.ts', import.meta.url).href)};
  const { started, match } = await startSluice(['serve', '--port', '0', '--data', ${JSON.stringify(join(folder, 'data'))}], /ready (\\S+)/, {}, ${JSON.stringify(join(folder, 'serve.log'))});
  started.process.unref();
  console.log(JSON.stringify({ pid: started.process.pid, url: match[1] }));
`;

it('lets who started it end, and goes on, where it writes into a file', { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=sluice-source', '--input-type=module', '-e', starter], { timeout: 50_000 });
  const told: unknown = JSON.parse(stdout);
  expect(told).toEqual({ pid: expect.any(Number), url: expect.stringMatching(/^http:/) });
  const { pid, url } = Object(told);
  kept.push(Number(pid));
  expect((await fetch(`${String(url)}/healthz`)).status).toBe(200);
});
