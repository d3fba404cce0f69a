import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { FunctionName, TenantFunctionName } from '#contracts/function-table';

/** The variable that names a folder of bundles instead of the package's own; tests have theirs there. */
const BUNDLES_VARIABLE = 'SLUICE_BUNDLES';

/**
 * The folder of a function's bundle. The published package has them beside the compiled constructs, so nobody has to bundle anything; in the sources
 * `npm run build:functions` makes them.
 * @throws Error when there is none
 */
export function bundleOf(name: FunctionName | TenantFunctionName): string {
  const root = dirname(dirname(import.meta.dirname));
  const given = process.env[BUNDLES_VARIABLE];
  const folders = [...(given === undefined ? [] : [given]), join(root, 'lambda'), join(root, 'dist', 'lambda')].map((folder) => join(folder, name));
  const found = folders.find((folder) => existsSync(join(folder, 'index.mjs')));
  if (found === undefined) throw new Error(`the function ${name} has no bundle: run "npm run build:functions"`);
  return found;
}
