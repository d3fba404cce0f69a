import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { Failure } from '#contracts/errors';

/**
 * Writes JSON lines to a new file that only its owner can read. A file that could not be finished is removed.
 * @throws Failure `conflict` when the file is there already
 */
export async function writeLines(file: string, lines: AsyncIterable<object>): Promise<void> {
  if (await isThere(file)) throw new Failure('conflict', `${file} is there already, and is not written over.`);
  const output = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true });
  const failed = new Promise<never>((_resolve, reject) => { output.once('error', reject); });
  // Whoever waits for it hears of it; nobody may be waiting when the lines themselves fail.
  failed.catch(() => undefined);
  try {
    for await (const line of lines) {
      if (!output.write(`${JSON.stringify(line)}\n`)) await Promise.race([once(output, 'drain'), failed]);
    }
    output.end();
    await Promise.race([once(output, 'close'), failed]);
  } catch (error) {
    output.destroy();
    await rm(file, { force: true });
    throw error;
  }
}

/** Reads a file line by line. @throws Failure `not-found` when there is none */
export async function* readLines(file: string): AsyncGenerator<string> {
  if (!(await isThere(file))) throw new Failure('not-found', `There is no file ${file}.`);
  yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

async function isThere(file: string): Promise<boolean> {
  return await stat(file).then(() => true, () => false);
}
