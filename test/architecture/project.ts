import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import * as z from 'zod';

/** The root of the clone. */
export const root = dirname(dirname(import.meta.dirname));

/** What the tests read of package.json. */
export const packageJson = z.object({
  imports: z.record(z.string(), z.object({ 'sluice-source': z.string() })),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  scripts: z.record(z.string(), z.string()),
}).parse(JSON.parse(readProjectFile('package.json')));

/** Reads a file by its path from the root. */
export function readProjectFile(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Paths of everything that belongs to the project, from the root, with `/`; what .gitignore names is left out. */
export function projectFiles(): readonly string[] {
  const ignored = ['.git', ...readProjectFile('.gitignore').split('\n').filter((line) => line !== '')];
  const isIgnored = (name: string) => ignored.some((line) => (line.startsWith('*') ? name.endsWith(line.slice(1)) : name === line.replace('/', '')));
  return globSync('**/*', { cwd: root, exclude: (name) => isIgnored(name.replace(/^.*[/\\]/, '')) })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !isIgnored(path.replace(/^.*\//, '')) && statSync(join(root, path)).isFile())
    .sort();
}

/** Paths of the TypeScript that people wrote. */
export function typescriptFiles(): readonly string[] {
  return projectFiles().filter((path) => path.endsWith('.ts'));
}
