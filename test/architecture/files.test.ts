import { spawnSync } from 'node:child_process';

import * as z from 'zod';
import { describe, expect, it } from 'vitest';

import { oddNames, strayTests } from './file-names.ts';
import { privatePaths, registryHosts } from './machine-traces.ts';
import { projectFiles, readProjectFile, root } from './project.ts';

const paths = projectFiles();
const texts = paths.map((path) => ({ path, text: readProjectFile(path) }));

const lockedPackage = z.object({ resolved: z.string().optional(), integrity: z.string().optional(), inBundle: z.boolean().default(false), optionalDependencies: z.record(z.string(), z.string()).default({}) });
/** Ports that have no implementation of their own on AWS, and why. */
const PORTS_WITHOUT = {
  clock: 'the clock of the process is that of both engines (shared/engine)',
  ports: 'no port, but the list of all',
  'target-adapter': 'targets are changed by agents, wherever the control plane runs',
} as const;

const locked = Object.entries(z.object({ packages: z.record(z.string(), lockedPackage) }).parse(JSON.parse(readProjectFile('package-lock.json'))).packages).filter(([path]) => path.startsWith('node_modules/'));

describe('the files of the project', () => {
  it('have names in kebab-case where they hold code', () => {
    expect(oddNames(paths)).toEqual([]);
  });

  it('lie under test/ where their sources lie, or in a folder of their own purpose', () => {
    expect(strayTests(paths)).toEqual([]);
  });

  it('implement each port on AWS in a file of its name', () => {
    const namesIn = (folder: string) => paths.flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length).replace(/\.ts$/, '')] : []));
    const implemented = namesIn('shared/aws/');
    expect(namesIn('shared/ports/').filter((name) => !implemented.includes(name))).toEqual(Object.keys(PORTS_WITHOUT));
  });

  it('have at most 40 lines where AWS begins a function', () => {
    const entries = texts.filter(({ path }) => path.startsWith('functions/'));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(({ text }) => text.trimEnd().split('\n').length > 40).map(({ path }) => path)).toEqual([]);
  });

  it('name no path of the machine they were written on', () => {
    expect(texts.flatMap(({ path, text }) => privatePaths(path, text))).toEqual([]);
  });

  it('name no host of a package registry', () => {
    const configured = configuredRegistry();
    expect(texts.flatMap(({ path, text }) => registryHosts(path, text, configured))).toEqual([]);
  });

  it('lock every package by its content, not by a download address', () => {
    expect(locked.length).toBeGreaterThan(0);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    // A package that lies within another is locked by that one's content.
    expect(locked.filter(([, { integrity, inBundle }]) => integrity === undefined && !inBundle).map(([path]) => path)).toEqual([]);
  });

  it('lock the packages of every platform, without which npm ci refuses to install on any', () => {
    const names = new Set(locked.map(([path]) => path.replace(/^.*node_modules\//, '')));
    const wanted = locked.flatMap(([, { optionalDependencies }]) => Object.keys(optionalDependencies));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });
});

function configuredRegistry(): string | undefined {
  const { stdout, status } = spawnSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  return status === 0 ? stdout.trim() : undefined;
}
