import { statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readProjectFile, root } from '../architecture/project.ts';

const script = readProjectFile('.ci/run');
/** The commands of its parts, in their order. */
const commands = [...script.matchAll(/\bpart \w+ \d+ (.*)$/gm)].map(([, command = '']) => command);

describe('continuous integration', () => {
  it('can be started', () => {
    expect(statSync(join(root, '.ci', 'run')).mode & 0o111).not.toBe(0);
  });

  it('runs the very test commands of the README', () => {
    expect(commands.filter((command) => command.startsWith('npm ')).slice(0, 3).join(' && ')).toBe('npm ci && npm test && npm run test:aws');
    expect(readProjectFile('README.md')).toContain('\nnpm ci && npm test ');
    expect(readProjectFile('README.md')).toContain('\nnpm run test:aws ');
  });

  it('installs itself what the tests on AWS stand on, before they run', () => {
    expect(commands.indexOf('npm run test:aws')).toBeGreaterThan(commands.lastIndexOf('test/bed/dynamodb-local install'));
    expect(commands).toEqual(expect.arrayContaining(['test/bed/aws install', 'test/bed/dynamodb-local install']));
  });

  it('runs the demo of the README', () => {
    expect(commands.at(-1)).toBe('npm run --silent demo -- --json');
    expect(readProjectFile('README.md')).toContain('\nnpm ci && npm run demo ');
  });
});
