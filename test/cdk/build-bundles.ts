import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { root } from '../architecture/project.ts';

/**
 * Bundles the functions once for all tests of the app, in a folder of their own: the package's test rebuilds `dist` at the same time. What has not
 * changed since the last run stays.
 */
export function setup(): void {
  const folder = join(root, 'node_modules', '.cache', 'sluice-bundles');
  execFileSync(process.execPath, ['--conditions=sluice-source', join(root, 'scripts', 'build-functions.ts'), folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  process.env.SLUICE_BUNDLES = folder;
}
