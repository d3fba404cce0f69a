import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readAllowList, resolveExecutable } from '#agent/processes/allow-list';

describe('the allow list', () => {
  let root = '';
  const at = (...parts: readonly string[]) => join(root, ...parts);
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-allow-')));
    for (const folder of ['allowed', 'allowed/deep', 'allowed-not', 'elsewhere']) mkdirSync(at(folder));
    for (const file of ['allowed/run', 'allowed/deep/run', 'allowed-not/run', 'elsewhere/run', 'elsewhere/single']) {
      writeFileSync(at(file), '#!/bin/sh\n');
      chmodSync(at(file), 0o755);
    }
    writeFileSync(at('allowed/data'), 'no program');
    symlinkSync(at('elsewhere/run'), at('allowed/out'));
    symlinkSync(at('allowed/run'), at('elsewhere/in'));
    symlinkSync(at('allowed'), at('link-to-allowed'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const resolve = (name: string, entries: readonly string[] = [at('allowed'), at('elsewhere/single')], searchPath = '') => resolveExecutable(name, readAllowList(entries, searchPath), searchPath);

  it('allows a listed file, and everything below a listed folder', () => {
    expect(resolve(at('allowed/run'))).toEqual({ allowed: true, executable: { path: at('allowed/run'), calledAs: at('allowed/run') } });
    expect(resolve(at('allowed/deep/run'))).toMatchObject({ allowed: true });
    expect(resolve(at('elsewhere/single'))).toMatchObject({ allowed: true });
  });

  it('allows nothing else: no neighbour, no folder with the same beginning, no way with dots', () => {
    for (const name of [at('elsewhere/run'), at('allowed-not/run'), at('allowed/../elsewhere/run'), '/bin/sh']) expect(resolve(name), name).toMatchObject({ allowed: false, reason: expect.stringContaining('not on the agent\'s allow list') });
  });

  it('follows links before it is asked: out of a listed folder is refused, into it is allowed', () => {
    expect(resolve(at('allowed/out'))).toMatchObject({ allowed: false, reason: expect.stringContaining(at('elsewhere/run')) });
    expect(resolve(at('elsewhere/in'))).toEqual({ allowed: true, executable: { path: at('allowed/run'), calledAs: at('elsewhere/in') } });
    expect(resolve(at('link-to-allowed/run'))).toMatchObject({ allowed: true });
    expect(resolve(at('allowed/run'), [at('link-to-allowed')])).toMatchObject({ allowed: true });
  });

  it('finds a bare name on the PATH, in its order', () => {
    expect(resolve('run', [at('allowed')], `${at('allowed')}:${at('elsewhere')}`)).toMatchObject({ allowed: true });
    expect(resolve('run', [at('allowed')], `${at('elsewhere')}:${at('allowed')}`)).toMatchObject({ allowed: false });
    expect(resolve('missing', [at('allowed')], at('allowed'))).toMatchObject({ allowed: false, reason: expect.stringContaining('PATH') });
  });

  it('refuses what is neither a bare name nor an absolute path, and what is no program', () => {
    for (const name of ['./run', 'deep/run', '..', '.', '']) expect(resolve(name, [at('allowed')], at('allowed')), name).toMatchObject({ allowed: false });
    expect(resolve(at('allowed/data'))).toMatchObject({ allowed: false, reason: expect.stringContaining('no executable file') });
    expect(resolve(at('allowed'))).toMatchObject({ allowed: false });
  });

  it('is an error when it names something that does not exist', () => {
    expect(() => readAllowList([at('nowhere')], '')).toThrow(at('nowhere'));
  });
});
