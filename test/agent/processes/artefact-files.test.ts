import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { artefactProblems } from '#agent/processes/artefact-files';

/** As many as there are threads for files (libuv's default), and one more. */
const MORE_THAN_THREADS = 5;

describe('the files of a release', () => {
  let root = '';
  const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const problems = (path: string, digest: string, folder = root) => artefactProblems({ command: ['run'], files: [{ path, digest }] }, folder);
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-files-'));
    mkdirSync(join(root, 'folder'));
    writeFileSync(join(root, 'data'), 'content');
    writeFileSync(join(root, 'empty'), '');
    execFileSync('mkfifo', [join(root, 'pipe')]);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('are known by their content', async () => {
    expect(await problems('data', digestOf('content'))).toEqual([]);
    expect(await problems('empty', digestOf(''))).toEqual([]);
    expect(await problems('data', digestOf('other'))).toEqual([`the file "data" has another content than the release names (${digestOf('other')})`]);
  });

  it('are never told apart by more than that: the digest of what is there stays here', async () => {
    expect((await problems('data', digestOf('other'))).join()).not.toContain(digestOf('content').slice('sha256:'.length));
  });

  it('are regular files: a pipe that nobody writes to, a device and a folder are refused at once, however often they are asked for', async () => {
    const asked = Array.from({ length: MORE_THAN_THREADS }, () => problems('pipe', digestOf('')));
    for (const answer of await Promise.all(asked)) expect(answer).toEqual(['"pipe" is no regular file']);
    expect(await problems('dev/zero', digestOf(''), '/')).toEqual(['"dev/zero" is no regular file']);
    expect(await problems('folder', digestOf(''))).toEqual(['"folder" is no regular file']);
  });
});
