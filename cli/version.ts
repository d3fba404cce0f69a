import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

/** This program's version: that of the package it is part of, which is above it in the sources as in the compiled files. */
export const version = versionAbove(dirname(fileURLToPath(import.meta.url)));

function versionAbove(folder: string): string {
  const parent = dirname(folder);
  try {
    const described = z.object({ name: z.literal('sluice'), version: z.string() }).safeParse(JSON.parse(readFileSync(join(parent, 'package.json'), 'utf8')));
    if (described.success) return described.data.version;
  } catch (error) {
    if (parent === folder || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  if (parent === folder) throw new Error('the package.json of sluice is missing');
  return versionAbove(parent);
}
