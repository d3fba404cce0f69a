import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { UsageError } from '../usage-error.ts';

/**
 * Reads the JSON of a file of cases, or of standard input (`-`). Such files are the user's own and may be large.
 * @throws UsageError when it cannot be read or is no JSON.
 */
export async function readCases(path: string, stdin: NodeJS.ReadableStream): Promise<unknown> {
  const content = path === '-' ? await text(stdin) : await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    const cases: unknown = JSON.parse(content);
    return cases;
  } catch (error) {
    throw new UsageError(`${path === '-' ? 'standard input' : path}: is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
