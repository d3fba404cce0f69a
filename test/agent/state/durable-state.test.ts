import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Fences } from '#agent/state/fences';
import { readJsonFile, writeJsonFile } from '#agent/state/json-file';
import { Outcomes } from '#agent/state/outcomes';
import { PendingReports } from '#agent/state/pending-reports';
import { StateFolder } from '#agent/state/state-folder';

describe('what outlives the agent', () => {
  let folder = '';
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-state-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('the highest generation per application, which never falls', () => {
    const path = join(folder, 'fences.json');
    const fences = new Fences(path);
    fences.raise('shop', 5);
    fences.raise('shop', 3);
    fences.raise('bakery', 1);
    const later = new Fences(path);
    expect([later.seen('shop'), later.seen('bakery'), later.seen('unknown')]).toEqual([5, 1, 0]);
  });

  it('the commands that were done, the newest 500 of them', () => {
    const path = join(folder, 'outcomes.json');
    const outcomes = new Outcomes(path);
    for (let command = 0; command < 510; command += 1) outcomes.set(`c-${command}`, { state: 'done', reason: `done ${command}` });
    const later = new Outcomes(path);
    expect(later.get('c-9')).toBeUndefined();
    expect(later.get('c-10')).toEqual({ state: 'done', reason: 'done 10' });
    expect(later.get('c-509')).toEqual({ state: 'done', reason: 'done 509' });
  });

  it('reports that were not acknowledged', () => {
    const reports = new PendingReports(join(folder, 'reports'));
    reports.add({ command: 'a/b', outcome: 'failed', reason: 'why' });
    reports.add({ command: 'c/d', outcome: 'succeeded', reason: '' });
    reports.remove('c/d');
    const later = new PendingReports(join(folder, 'reports'));
    expect(later.all).toEqual([{ command: 'a/b', outcome: 'failed', reason: 'why' }]);
    expect([later.has('a/b'), later.has('c/d')]).toEqual([true, false]);
  });

  it('in files that only its user can read, of which no half is ever seen', () => {
    const path = join(folder, 'deep', 'one.json');
    writeJsonFile(path, { count: 1 });
    writeJsonFile(path, { count: 2 });
    expect(readJsonFile(path, z.object({ count: z.int() }))).toEqual({ count: 2 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['one.json']);
  });

  it('and says which file is damaged', () => {
    const path = join(folder, 'fences.json');
    writeFileSync(path, '{"shop":');
    expect(() => new Fences(path)).toThrow(`${path} does not fit this agent`);
  });

  it('with sockets whose paths are short enough, however deep the folder lies', () => {
    const shallow = new StateFolder(join(folder, 's'));
    expect(shallow.socket('p-1.sock')).toBe(join(folder, 's', 'sockets', 'p-1.sock'));
    const deep = new StateFolder(join(folder, 'x'.repeat(120)));
    const socket = deep.socket('p-1.sock');
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
    expect(new StateFolder(join(folder, 'y'.repeat(120))).socket('p-1.sock')).not.toBe(socket);
    for (const one of ['x', 'y']) rmSync(join(new StateFolder(join(folder, one.repeat(120))).socket('p-1.sock'), '..'), { recursive: true });
  });

  it('sockets in a folder of this user alone, and never behind a link that another may have put there', () => {
    vi.stubEnv('TMPDIR', folder);
    const state = new StateFolder(join(folder, 'a-long-name'.repeat(10)));
    const socket = state.socket('p.sock');
    expect(dirname(dirname(socket))).toBe(folder);
    rmSync(dirname(socket), { recursive: true });
    mkdirSync(join(folder, 'private'), { mode: 0o700 });
    symlinkSync(join(folder, 'private'), dirname(socket));
    expect(() => state.socket('p.sock')).toThrow('must belong to this user alone');
    vi.unstubAllEnvs();
  });
});
