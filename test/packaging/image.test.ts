import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { readProjectFile, root } from '../architecture/project.ts';

const lines = readProjectFile('Dockerfile').replaceAll('\\\n', ' ').split('\n');
const last = (instruction: string) => lines.findLast((line) => line.startsWith(`${instruction} `)) ?? '';
const ignored = readProjectFile('.dockerignore').split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the container image', () => {
  it('is run by somebody without rights', () => {
    expect(last('USER')).toBe('USER node');
  });

  it('copies only what there is, or what is built', () => {
    const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(' ').slice(1, -1)).filter((word) => !word.startsWith('--')).map((path) => path.replace('/build/', ''));
    expect(copied).toContain('dist');
    expect(copied.filter((path) => path !== 'dist' && !existsSync(join(root, path)))).toEqual([]);
  });

  it('starts and checks files that it copies', () => {
    const started = [...`${last('HEALTHCHECK')} ${last('ENTRYPOINT')}`.matchAll(/\/app\/([\w./-]+)/g)].map(([, path = '']) => path);
    expect(started).toEqual(['scripts/container-health.mjs', 'bin/sluice.mjs']);
    for (const path of started) expect(readProjectFile('Dockerfile')).toMatch(new RegExp(`/build/(${path}|${path.split('/')[0]}) `));
  });

  it('is built with all that is compiled, and without what belongs to one machine', () => {
    const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(readProjectFile('tsconfig.build.json')));
    expect(include.filter((folder) => ignored.includes(folder))).toEqual([]);
    expect(ignored).toEqual(expect.arrayContaining(['.git', 'node_modules', 'dist', '.sluice']));
  });
});
