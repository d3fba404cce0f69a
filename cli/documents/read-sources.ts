import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { UsageError } from '../usage-error.ts';

/** A text with the name it is called by in errors. */
export type Source = { readonly name: string; readonly text: string };

/** The API takes bodies of at most 1 MiB, one document each; a file may hold a few of that size. */
const MAXIMUM_FILE_BYTES = 4 * 1024 * 1024;

/** A folder of this many files of a few kB is read within a second. */
const MAXIMUM_FILES = 500;

const DOCUMENT_FILE = /\.(ya?ml|json)$/i;

/**
 * Reads what `-f` names: a file, the .yaml, .yml and .json files of a folder (not of folders in it) by name, or standard input (`-`).
 * @throws UsageError when something cannot be read, is too large, or nothing is there.
 */
export async function readSources(path: string, stdin: NodeJS.ReadableStream): Promise<readonly Source[]> {
  if (path === '-') return [{ name: 'standard input', text: await readStream(stdin) }];
  return reading(path, async () => {
    if (!(await stat(path)).isDirectory()) return [await readOne(path)];
    const names = (await readdir(path)).filter((name) => DOCUMENT_FILE.test(name)).sort();
    if (names.length === 0) throw new UsageError(`${path}: holds no .yaml, .yml or .json file`);
    if (names.length > MAXIMUM_FILES) throw new UsageError(`${path}: holds ${names.length} files, and at most ${MAXIMUM_FILES} are read at a time`);
    return Promise.all(names.map((name) => readOne(join(path, name))));
  });
}

/** Reads one text file of bounded size. @throws UsageError that names it. */
export async function readOne(path: string): Promise<Source> {
  return reading(path, async () => {
    const { size } = await stat(path);
    if (size > MAXIMUM_FILE_BYTES) throw new UsageError(`${path}: is larger than ${MAXIMUM_FILE_BYTES} bytes`);
    return { name: path, text: textOf(await readFile(path), path) };
  });
}

/** Reads a stream to its end. @throws UsageError when it is too large. */
export async function readStream(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAXIMUM_FILE_BYTES) throw new UsageError(`standard input: is larger than ${MAXIMUM_FILE_BYTES} bytes`);
    chunks.push(part);
  }
  return textOf(Buffer.concat(chunks), 'standard input');
}

function textOf(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${name}: is no UTF-8 text`);
  }
}

async function reading<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) throw new UsageError(`${path}: cannot be read: ${error.message}`);
    throw error;
  }
}
