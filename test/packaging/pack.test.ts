import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { functionTable, tenantFunctions } from '#contracts/function-table';
import { API_VERSION } from '#domain/resources/resource';

import { freePort } from '../../examples/demo/resources.ts';
import { readProjectFile, root } from '../architecture/project.ts';
import { app, typedApp } from './cdk-app.ts';
import { InstalledPackage } from './installed-package.ts';

const installed = new InstalledPackage();
// Packing compiles and bundles (10 s), installing unpacks Node (100 MB); from an empty cache it is downloaded first.
beforeAll(() => installed.install(), 360_000);
afterAll(async () => {
  await installed.stop();
  // What an agent has started outlives it, by design.
  sluice(['agent', '--stop-all', '--state', 'agent'], {});
  installed.remove();
});

/** How a strict project on Node is set; nothing makes it see the sources. */
const STRICT = {
  strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
  target: 'es2024', lib: ['es2024'], module: 'nodenext', types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], noEmit: true,
};

function typeCheck(name: string, text: string, options: { readonly skipLibCheck?: boolean } = {}) {
  installed.write(`${name}/consumer.ts`, text);
  installed.write(`${name}/tsconfig.json`, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files: ['consumer.ts'] }));
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

  it('gives its judge, as pure functions with types', () => {
    const text = [
      "import { createJudge, judgePolicy } from 'sluice/judge';",
      "import type { Judgement } from 'sluice/judge';",
      "const judge = createJudge(judgePolicy.parse({ metrics: [{ name: 'errors', kind: 'ratio' }] }));",
      "const look = { metrics: { errors: { kind: 'counts', canary: { total: 400, bad: 6 }, stable: { total: 1600, bad: 17 } } } } as const;",
      'const judgement: Judgement = judge.judgement(judge.take(judge.start(), look));',
      'console.log(judgement.verdict);',
    ].join('\n');
    expect(typeCheck('judged', text)).toMatchObject({ status: 0, stdout: '' });
    installed.write('judge.js', text.replace(/^import type .*$/m, '').replace(': Judgement', '').replace(' as const', ''));
    expect(installed.run('npx', ['--no-install', 'node', 'judge.js'])).toMatchObject({ status: 0, stdout: 'Continue\n' });
  });

  it('refuses what does not fit these types', () => {
    const text = "import { createClient } from 'sluice/client';\nawait createClient({ url: 'http://127.0.0.1:1', key: 'x' }).requestDeployment({ body: { aplication: 'shop' } });\n";
    const { status, stdout } = typeCheck('mistyped', text);
    expect(status).not.toBe(0);
    expect(stdout).toContain('aplication');
  });

  it('serves, and its agent deploys a release that answers', async () => {
    const SLUICE_KEY = 'packaging-admin-key';
    const server = installed.start(['serve'], { SLUICE_PORT: '0', SLUICE_DATA: join(installed.folder, 'data'), SLUICE_ADMIN_KEY: SLUICE_KEY });
    const SLUICE_URL = (await server.line(/^ready http/)).replace('ready ', '').trim();
    expect(await (await fetch(`${SLUICE_URL}/healthz`)).json()).toEqual({ status: 'ok' });

    const port = await freePort();
    installed.write('hello.mjs', "import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('hello')).listen(process.env.PORT, '127.0.0.1');\n");
    installed.write('hello.yaml', resources(port, installed.folder).map((one) => JSON.stringify(one)).join('\n---\n'));
    const admin = { SLUICE_URL, SLUICE_KEY };
    sluice(['apply', '-f', 'hello.yaml'], admin);
    const { key } = z.object({ key: z.string() }).parse(JSON.parse(sluice(['keys', 'create', '--role', 'agent', '--target', 'here', '--json'], admin)));

    const agent = installed.start(['agent', '--target', 'here', '--allow', process.execPath, '--state', 'agent'], { SLUICE_URL, SLUICE_KEY: key });
    await agent.line(/serving target here/);
    sluice(['deploy', 'hello', '1.0.0', '--environment', 'production', '--watch'], admin);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');

    expect(await agent.stop()).toBe(0);
    expect(await server.stop()).toBe(0);
  }, 120_000);
});

describe('the constructs of the packed package', () => {
  beforeAll(() => {
    for (const name of ['aws-cdk-lib', 'constructs']) installed.link(name);
  });

  it('are synthesized in an app of somebody else\'s, without a tool that bundles', () => {
    installed.write('app.mjs', app);
    expect(installed.run('npx', ['--no-install', 'node', 'app.mjs'])).toMatchObject({ status: 0, stdout: 'acme\n' });
    for (const tool of ['esbuild', 'typescript']) expect(installed.has(`node_modules/${tool}`)).toBe(false);
  }, 120_000);

  it('bring a bundle for each function, with its source map', () => {
    const assets = z.object({ files: z.record(z.string(), z.object({ source: z.object({ path: z.string(), packaging: z.string() }) })) });
    const foldersOf = (stack: string) => Object.values(assets.parse(JSON.parse(installed.read(`cdk.out/${stack}.assets.json`))).files).filter(({ source }) => source.packaging === 'zip').map(({ source }) => `cdk.out/${source.path}`);
    expect(foldersOf('ours')).toHaveLength(Object.keys(functionTable).length);
    expect(foldersOf('acme')).toHaveLength(Object.keys(tenantFunctions).length);
    for (const folder of [...foldersOf('ours'), ...foldersOf('acme')]) for (const file of ['index.mjs', 'index.mjs.map']) expect(installed.has(`${folder}/${file}`), `${folder}/${file}`).toBe(true);
  });

  it('have types', () => {
    // The types of aws-cdk-lib itself do not stand the strictest check.
    expect(typeCheck('constructs', typedApp, { skipLibCheck: true })).toMatchObject({ status: 0, stdout: '' });
    expect(typeCheck('misconstructed', typedApp.replace('tenantName', 'name'), { skipLibCheck: true }).stdout).toContain("'name' does not exist in type 'TenantProps'");
  });

  it('are asked for by their own name only: who uses the client library needs no CDK', () => {
    const { peerDependencies, peerDependenciesMeta } = z.object({ peerDependencies: z.record(z.string(), z.string()), peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.literal(true) })) }).parse(JSON.parse(readProjectFile('package.json')));
    expect(Object.keys(peerDependenciesMeta)).toEqual(Object.keys(peerDependencies));
    expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(['aws-cdk-lib', 'constructs']));
  });
});

/** Runs the installed command line, which must succeed, and gives what it printed. */
function sluice(words: readonly string[], environment: Readonly<Record<string, string>>): string {
  const { status, stdout, stderr } = installed.run('npx', ['--no-install', 'sluice', ...words], environment);
  if (status !== 0) throw new Error(`sluice ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** An application of one process, and all that it needs to be deployed. */
function resources(port: number, workingDirectory: string) {
  const document = (kind: string, name: string, spec: object) => ({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
  return [
    document('Target', 'here', { provider: 'agent' }),
    document('Application', 'hello', { components: [{ name: 'web', port, healthCheck: { path: '/' } }] }),
    document('Environment', 'production', { waves: [{ targets: ['here'] }] }),
    document('Release', '1.0.0', { application: 'hello', components: [{ name: 'web', artefact: { command: [process.execPath, 'hello.mjs'], workingDirectory } }] }),
  ];
}
