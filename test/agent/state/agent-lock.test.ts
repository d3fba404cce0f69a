import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { identityOf } from '#agent/processes/identity';
import { lockStateFolder } from '#agent/state/agent-lock';
import { writeJsonFile } from '#agent/state/json-file';

describe('the lock of a state folder', () => {
  let path = '';
  beforeEach(() => { path = join(mkdtempSync(join(tmpdir(), 'sluice-lock-')), 'lock.json'); });
  afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }));

  it('keeps a second agent out while the first lives, and lets it in when that has ended', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    writeJsonFile(path, identityOf(other.pid ?? 0));
    expect(() => lockStateFolder(path)).toThrow(`another agent (process ${other.pid}) works with the state folder`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const unlock = lockStateFolder(path);
    expect(existsSync(path)).toBe(true);
    unlock();
    expect(existsSync(path)).toBe(false);
  });

  it('is not held by a process that was only given the same id', () => {
    const self = identityOf(process.ppid);
    writeJsonFile(path, { pid: process.ppid, startedAt: `${self?.startedAt ?? ''}0` });
    expect(() => lockStateFolder(path)()).not.toThrow('another agent');
  });
});
