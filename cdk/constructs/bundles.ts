import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { FunctionName } from '#contracts/function-table';

/**
 * The folder of a function's bundle. The published package has them beside the compiled constructs; in the sources `npm run build:functions` makes them.
 * @throws Error when there is none
 */
export function bundleOf(name: FunctionName | 'tenant-resource'): string {
  const root = dirname(dirname(import.meta.dirname));
  for (const folder of [join(root, 'lambda', name), join(root, 'dist', 'lambda', name)]) if (existsSync(join(folder, 'index.mjs'))) return folder;
  throw new Error(`the function ${name} has no bundle: run "npm run build:functions"`);
}
