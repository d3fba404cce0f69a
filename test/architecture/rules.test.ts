import { describe, expect, it } from 'vitest';

import { assertions, unexcusedAssertions } from './assertions.ts';
import { barrels } from './barrels.ts';
import { cycles } from './cycles.ts';
import { oddNames, strayTests } from './file-names.ts';
import { brokenArrows } from './layers.ts';
import { privatePaths, registryHosts } from './machine-traces.ts';
import { strayPackages, unusedPackages } from './packages.ts';
import { impurities } from './purity.ts';
import { longFunctions } from './sizes.ts';
import { parseSource, show } from './source-file.ts';

const source = (path: string, text: string) => [parseSource(path, text)];

describe('a rule about imports', () => {
  it('names file, line and layers of an import against the arrows', () => {
    const files = source('shared/domain/rule.ts', "import { x } from '#domain/x';\n\nimport type { Clock } from '#ports/clock';\n");
    expect(show(brokenArrows(files))).toEqual(['shared/domain/rule.ts:3 imports follow the arrows: domain must not import ports (#ports/clock)']);
  });

  it('sees through relative paths and re-exports', () => {
    expect(brokenArrows(source('shared/ports/clock.ts', "export * from '../application/context.ts';"))).toHaveLength(1);
  });

  it('lets the command line load an engine when it needs one, and not before', () => {
    expect(brokenArrows(source('cli/serve.ts', "const { serve } = await import('#standalone/runtime/serve');"))).toEqual([]);
    expect(brokenArrows(source('cli/serve.ts', "import { serve } from '#standalone/runtime/serve';"))).toHaveLength(1);
  });

  it('lets an engine know the types of the use cases, and not the use cases', () => {
    expect(brokenArrows(source('standalone/server.ts', "import type { Handlers } from '#application/handlers';"))).toEqual([]);
    expect(brokenArrows(source('standalone/server.ts', "import { handlers } from '#application/handlers';"))).toHaveLength(1);
  });

  it('refuses a file that no layer holds', () => {
    expect(() => brokenArrows(source('helpers/x.ts', "import { x } from './y.ts';"))).toThrow('helpers/x.ts lies in no layer');
  });

  it('shows the whole circle of a circular import', () => {
    const files = [...source('agent/a.ts', "import { b } from './b.ts';"), ...source('agent/b.ts', "import { c } from '#agent/c';"), ...source('agent/c.ts', "import { a } from './a.ts';")];
    expect(show(cycles(files))).toEqual(['agent/c.ts:1 no import goes in a circle: agent/a.ts → agent/b.ts → agent/c.ts → agent/a.ts']);
  });

  it('takes two ways to the same file for no circle', () => {
    const files = [...source('agent/a.ts', "import './b.ts'; import './c.ts';"), ...source('agent/b.ts', "import './c.ts';"), ...source('agent/c.ts', 'export const c = 1;')];
    expect(cycles(files)).toEqual([]);
  });

  it('refuses files that pass on exports', () => {
    expect(barrels(source('cli/index.ts', "export { x } from './x.ts';"))).toHaveLength(1);
    expect(barrels(source('client/index.ts', "export { x } from './x.ts';"))).toEqual([]);
  });

  it('keeps a package in its place, and knows no package without one', () => {
    expect(show(strayPackages(source('agent/store.ts', "import { DatabaseSync } from 'node:sqlite';")))).toEqual(['agent/store.ts:1 a package is imported in its own place only: node:sqlite belongs into standalone, bench/append.ts']);
    expect(strayPackages(source('standalone/store.ts', "import { DatabaseSync } from 'node:sqlite';\nimport { join } from 'node:path';"))).toEqual([]);
    expect(strayPackages(source('agent/x.ts', "import leftPad from '@pads/left/pad';"))).toHaveLength(1);
  });

  it('finds a package that only tests use', () => {
    const files = [...source('test/a.test.ts', "import 'ws';"), ...source('cli/a.ts', "import 'yaml';")];
    expect(unusedPackages(files, ['ws', 'yaml'])).toEqual(['ws']);
  });
});

describe('the rule about long functions', () => {
  const ofLines = (lines: number) => `export const f = () => {\n${'f();\n'.repeat(lines - 2)}};\n`;

  it('names the line and the length, and is stricter with what AWS runs', () => {
    expect(show(longFunctions(parseSource('cli/x.ts', `\n${ofLines(61)}`)))).toEqual(['cli/x.ts:2 a function has at most 60 lines here: this one has 61']);
    expect(longFunctions(parseSource('functions/runtime/x.ts', ofLines(41)))).toHaveLength(1);
  });

  it('lets a function have as many, and tests be described at any length', () => {
    expect([...longFunctions(parseSource('cli/x.ts', ofLines(60))), ...longFunctions(parseSource('functions/x.ts', ofLines(40))), ...longFunctions(parseSource('test/cli/x.test.ts', ofLines(200)))]).toEqual([]);
  });
});

describe('the rule of purity', () => {
  it.each([
    ['const now = Date.now();', 'Date.now'],
    ['const now = new Date();', 'new Date() without an argument'],
    ['const now = Date();', 'Date()'],
    ['const x = Math.random();', 'Math.random'],
    ['const x = process.env.HOME;', 'process'],
    ["const x = fetch('/');", 'fetch'],
    ['export const f = async () => 1;', 'an async function'],
    ['export type F = () => Promise<void>;', 'Promise'],
    ["import { createHash } from 'node:crypto';", 'imports node:crypto'],
    ["console.log('x');", 'console'],
  ])('finds %s', (text, detail) => {
    expect(show(impurities(parseSource('shared/domain/x.ts', `\n${text}`)))).toEqual([`shared/domain/x.ts:2 domain and contracts are pure: ${detail}`]);
  });

  it('lets dates be read, and fields bear any name', () => {
    expect(impurities(parseSource('shared/domain/x.ts', 'export type T = { process: string }; const t = { process: new Date(text) }; t.process;'))).toEqual([]);
  });
});

describe('the rule about type assertions', () => {
  it('finds both forms, and lets constants and parsers be', () => {
    const text = "const a = ['x'] as const;\nconst b = a as unknown;\nconst c = <string>b;\nfunction parseThing(x: unknown) { return x as string; }\nconst parse = (x: unknown) => x as string;\nconst d = schema.parse(b) as Narrower;\n";
    expect(assertions(parseSource('cli/x.ts', text)).map((one) => one.line)).toEqual([2, 3]);
  });

  it('takes an exception for exactly as many as it names', () => {
    const files = source('cli/x.ts', 'const b = a as unknown;');
    const exception = { path: 'cli/x.ts', reason: 'for this test' };
    expect(unexcusedAssertions(files, [{ ...exception, count: 1 }])).toEqual([]);
    expect(show(unexcusedAssertions(files, [{ ...exception, count: 2 }])).map((line) => line.split(':')[0])).toEqual(['cli/x.ts', 'cli/x.ts']);
  });
});

describe('a rule about files', () => {
  it('finds names that are not kebab-case', () => {
    expect(oddNames(['a/someFile.ts', 'a/Some.ts', 'a/some_file.mjs', 'a/some-file.test.ts', 'a/canary.asl.ts', 'a/0001-ports.ts', 'README.md'])).toEqual(['a/someFile.ts', 'a/Some.ts', 'a/some_file.mjs']);
  });

  it('finds tests that mirror no source', () => {
    const sources = ['shared/domain/planning/canary.ts', 'agent/proxy.ts'];
    const tests = ['test/domain/planning/canary.test.ts', 'test/agent/proxy/weights.test.ts', 'test/end-to-end/canary.test.ts'];
    expect(strayTests([...sources, ...tests, 'test/agents/x.test.ts'])).toEqual(['test/agents/x.test.ts']);
  });

  it('finds paths of one machine, and takes addresses for none', () => {
    const folder = ['', 'home', 'somebody', 'code'].join('/');
    expect(privatePaths('a.md', `x\nsee ${folder}/x.ts`)).toEqual([{ path: 'a.md', line: 2, found: folder.replace('/code', '') }]);
    expect(privatePaths('a.md', 'https://example.org/home/page and ./work/x and /v1/work')).toEqual([]);
  });

  it('finds the host of the registry that npm is set to', () => {
    expect(registryHosts('package-lock.json', '"resolved": "https://packages.example.org/x.tgz"', 'https://packages.example.org/')).toHaveLength(1);
  });
});
