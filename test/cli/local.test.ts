import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { TemporaryFolder, jsonLines, runCli } from './run-cli.ts';

const target = 'apiVersion: sluice.dev/v1\nkind: Target\nmetadata: {name: cluster-a}\nspec: {provider: agent}\n';

describe('without a server', () => {
  it('files are checked', async () => {
    expect(await runCli(['validate', '-f', '-'], { stdin: target })).toEqual({ exitCode: 0, stdout: 'standard input:1: Target cluster-a is valid\n', stderr: '' });
    const faulty = await runCli(['validate', '-f', '-', '--json'], { stdin: target.replace('agent', 'abacus') });
    expect(faulty.exitCode).toBe(2);
    expect(JSON.parse(faulty.stdout)).toMatchObject({ code: 'malformed-request', errors: [{ field: 'standard input:4 (Target cluster-a) spec.provider', value: 'abacus' }] });
  });

  it('schemas are printed for each kind and for all', async () => {
    expect(JSON.parse((await runCli(['schema'])).stdout)).toMatchObject({ $schema: expect.stringContaining('2020-12') });
    expect(JSON.parse((await runCli(['schema', 'analysis-template'])).stdout)).toMatchObject({ properties: { kind: { const: 'AnalysisTemplate' } }, required: expect.arrayContaining(['apiVersion', 'kind', 'metadata', 'spec']) });
    expect((await runCli(['schema', 'pod'])).exitCode).toBe(2);
  });

  it('event patterns are matched, one JSON line a case', async () => {
    const cases = [{ id: 'a', pattern: { source: ['x'] }, event: { source: 'x' } }, { id: 'b', pattern: { source: ['x'] }, event: { source: 'y' } }, { id: 'c', pattern: { source: 'x' }, event: {} }];
    const { exitCode, stdout } = await runCli(['events', 'match', '-'], { stdin: JSON.stringify(cases) });
    expect(exitCode).toBe(0);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ id: 'a', result: true }), expect.objectContaining({ id: 'b', result: false }), expect.objectContaining({ id: 'c', result: 'invalid' })]);
  });

  it('state machines are run, one JSON line a case, also refused and failed ones', async () => {
    const machine = (state: object) => ({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: state } });
    using folder = new TemporaryFolder();
    const file = folder.write('cases.json', JSON.stringify([{ id: 'a', definition: machine({ Type: 'Pass', Output: '{% 1 + 1 %}', End: true }) }, { id: 'b', definition: machine({ Type: 'Nap' }) }, { id: 'c', definition: machine({ Type: 'Fail', Error: 'E' }) }]));
    const { exitCode, stdout } = await runCli(['asl', 'run', file]);
    expect(exitCode).toBe(0);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ id: 'a', status: 'SUCCEEDED', output: 2 }), expect.objectContaining({ id: 'b', status: 'INVALID' }), expect.objectContaining({ id: 'c', status: 'FAILED', error: 'E' })]);
  });

  it.each([['asl', 'run'], ['events', 'match']])('%s %s fails only for a file that cannot be read', async (...path) => {
    expect(await runCli([...path, '/nonexistent/cases.json'])).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('/nonexistent/cases.json: cannot be read') });
    expect(await runCli([...path, '-'], { stdin: '{' })).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is no JSON') });
  });

  it('the version is that of the package', async () => {
    const described: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(described).toMatchObject({ version: (await runCli(['--version'])).stdout.trim() });
  });
});

describe('serve', () => {
  it('says when it is ready, shows its first keys once, and ends with SIGTERM', async () => {
    using folder = new TemporaryFolder();
    let asked: Promise<number> | undefined;
    const start = () => runCli(['serve', '--port', '0', '--data', folder.path], {
      onStdout: (all, child) => {
        const url = /^ready (http:\S+)$/m.exec(all)?.[1];
        if (url === undefined || asked !== undefined) return;
        asked = fetch(`${url}/healthz`).then((response) => response.status).finally(() => child.kill('SIGTERM'));
      },
    });
    const first = await start();
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^first keys.*\n {2}operator key \S+\n {2}admin key of tenant default \S+\nready http:\/\/127\.0\.0\.1:\d+\n$/) });
    expect(await asked).toBe(200);
    asked = undefined;
    expect((await start()).stdout).toMatch(/^ready http/);
  });

  it.each([
    [['--port', 'web'], {}, /--port \(SLUICE_PORT\).* must be a port number \(it is "web"\)/],
    [['--tls-cert', 'a.pem'], {}, /--tls-key \(SLUICE_TLS_KEY\).* must be given/],
    [[], { SLUICE_ADMIN_KEY: 'secret!' }, /SLUICE_ADMIN_KEY.* must be 8 to 512/],
    [['--host', '0.0.0.0'], {}, /0\.0\.0\.0.*--insecure/],
  ])('refuses %j with %j, names the setting, and never shows the key', async (flags, environment, message) => {
    using folder = new TemporaryFolder();
    const result = await runCli(['serve', '--port', '0', '--data', folder.path, ...flags], { environment });
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toContain('secret!');
  });
});

describe('agent', () => {
  it.each<readonly [readonly string[], Record<string, string>, number, RegExp]>([
    [['--allow', 'node'], {}, 2, /--target \(SLUICE_TARGET\).* is required: must be text/],
    [['--target', 'Not A Name'], {}, 2, /--target \(SLUICE_TARGET\).* must be 1 to 63/],
    [['--target', 'a', '--metrics-port', 'x'], {}, 2, /--metrics-port/],
    [['--target', 'a'], {}, 2, /needs a key.*sluice keys create --role agent --target a/],
    [['--target', 'a', '--url', 'http://192.0.2.1'], { SLUICE_KEY: 'k' }, 2, /insecure-url/],
  ])('refuses %j', async (flags, environment, exitCode, message) => {
    using folder = new TemporaryFolder();
    const result = await runCli(['agent', '--state', folder.path, ...flags], { environment });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toMatch(message);
  });

  it('ends what was started from its folder, without a server or a target', async () => {
    using folder = new TemporaryFolder();
    expect(await runCli(['agent', '--state', folder.path, '--stop-all', '--json'])).toEqual({ exitCode: 0, stdout: '{"stopped":0}\n', stderr: '' });
  });
});

it('output that nobody reads any more ends the command quietly', async () => {
  const result = await runCli(['schema'], { onStdout: (_, child) => child.stdout?.destroy() });
  expect(result.stderr).toBe('');
});
