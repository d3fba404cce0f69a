import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keepEpoch, readAgentIdentity } from '#agent/state/agent-identity';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-identity-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

describe('the identity of a state folder', () => {
  it('stays the same for its target', () => {
    const path = join(folder, 'agent.json');
    const first = readAgentIdentity(path, 'cellar');
    keepEpoch(path, first, 3);
    expect(readAgentIdentity(path, 'cellar')).toEqual({ ...first, epoch: 3 });
  });

  it('is not that of another target, once a claim has succeeded', () => {
    const path = join(folder, 'agent.json');
    keepEpoch(path, readAgentIdentity(path, 'cellar'), 1);
    expect(() => readAgentIdentity(path, 'attic')).toThrow('the state folder is that of target cellar; name another folder for target attic');
  });

  it('is made anew for another target, while no claim has succeeded', () => {
    const path = join(folder, 'agent.json');
    const mistyped = readAgentIdentity(path, 'celar');
    const corrected = readAgentIdentity(path, 'cellar');
    expect(corrected).toMatchObject({ target: 'cellar', epoch: 0 });
    expect(corrected.instance).not.toBe(mistyped.instance);
    expect(readAgentIdentity(path, 'cellar')).toEqual(corrected);
  });
});
