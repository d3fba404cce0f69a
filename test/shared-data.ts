import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { z } from 'zod';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folder with the recorded public data: `SLUICE_SHARED`, or `../shared` beside the clone. */
export const sharedFolder = resolve(root, process.env.SLUICE_SHARED ?? '../shared');

/**
 * Says whether a file of the shared data is here. Without it a test is left out with a message on a user's machine,
 * and fails in `.ci/run`, which sets `CI`.
 */
export function hasShared(path: string): boolean {
  if (existsSync(join(sharedFolder, path))) return true;
  if (process.env.CI) throw new Error(`${path} is needed in CI and is not in ${sharedFolder} (SLUICE_SHARED)`);
  process.stderr.write(`left out, because SLUICE_SHARED has no ${path}: tests against recorded public data\n`);
  return false;
}

/** Reads and parses one JSON file of the shared data; throws when it does not fit the schema. */
export function readShared<T>(path: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(sharedFolder, path), 'utf8')));
}
