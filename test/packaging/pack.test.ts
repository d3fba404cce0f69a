import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readProjectFile, root } from '../architecture/project.ts';
import { InstalledPackage } from './installed-package.ts';

const installed = new InstalledPackage();
// Packing compiles (5 s), installing unpacks Node (100 MB); from an empty cache it is downloaded first.
beforeAll(() => installed.install(), 240_000);
afterAll(async () => await installed.remove());

/** How a strict project on Node is set; nothing makes it see the sources. */
const STRICT = {
  strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
  target: 'es2024', lib: ['es2024'], module: 'nodenext', types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], noEmit: true,
};

function typeCheck(name: string, text: string) {
  installed.write(`${name}/consumer.ts`, text);
  installed.write(`${name}/tsconfig.json`, JSON.stringify({ compilerOptions: STRICT, files: ['consumer.ts'] }));
  return installed.run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--project', name]);
}

describe('the packed package', () => {
  it('contains compiled JavaScript with its types, and neither sources nor tests', () => {
    const files = installed.files();
    expect(files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
    expect(files.filter((path) => !/^(bin|dist)\//.test(path)).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const modules = files.filter((path) => path.startsWith('dist/') && path.endsWith('.js'));
    expect(modules).toContain('dist/client/index.js');
    expect(modules.filter((path) => !files.includes(path.replace(/\.js$/, '.d.ts')))).toEqual([]);
  });

  it('runs its command line', () => {
    expect(installed.run('npx', ['--no-install', 'sluice', '--version'])).toMatchObject({ status: 0, stdout: expect.stringContaining(JSON.parse(readProjectFile('package.json')).version) });
    expect(installed.run('npx', ['--no-install', 'sluice', '--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('deploy') });
  });

  it('brings the Node it needs, which npx finds first', () => {
    const { stdout } = installed.run('npx', ['--no-install', 'node', '--version']);
    expect(Number(/v(\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(24);
  });

  it('gives plain JavaScript its client library', () => {
    installed.write('plain.js', "import { createClient } from 'sluice/client';\nconsole.log(typeof createClient({ url: 'http://127.0.0.1:1', key: 'x' }).requestDeployment);\n");
    expect(installed.run('npx', ['--no-install', 'node', 'plain.js'])).toMatchObject({ status: 0, stdout: 'function\n' });
  });

  it('gives TypeScript the types of its client library', () => {
    const text = [
      "import { createClient, waitForDeployment } from 'sluice/client';",
      "import type { DeploymentView } from 'sluice/client';",
      "const client = createClient({ url: 'http://127.0.0.1:1', key: 'x' });",
      "const { id } = await client.requestDeployment({ body: { application: 'shop', release: '1.1.0', environment: 'production' } });",
      'const ended: DeploymentView = await waitForDeployment(client, id);',
      "export const isDone: boolean = ended.state === 'Succeeded';",
    ].join('\n');
    expect(typeCheck('typed', text)).toMatchObject({ status: 0, stdout: '' });
  });

  it('refuses what does not fit these types', () => {
    const text = "import { createClient } from 'sluice/client';\nawait createClient({ url: 'http://127.0.0.1:1', key: 'x' }).requestDeployment({ body: { aplication: 'shop' } });\n";
    const { status, stdout } = typeCheck('mistyped', text);
    expect(status).not.toBe(0);
    expect(stdout).toContain('aplication');
  });

  it('serves, answers and ends when asked', async () => {
    const server = installed.start(['serve'], { SLUICE_PORT: '0', SLUICE_DATA: join(installed.folder, 'data') });
    const url = (await server.line(/^ready http/)).replace('ready ', '').trim();
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await server.stop()).toBe(0);
  });
});
