import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { isMissing } from '#agent/state/json-file';

/** How many lines of a failed start are shown. */
export const SHOWN_LINES = 20;

/** 20 lines of up to 3 kB are read; longer ones are shortened anyway. */
const READ_BYTES = 65_536;

/**
 * The last lines of a log from an offset on (where the output of one start begins), without empty ones at the end. When the log was rotated
 * since, the whole file belongs to that start. No log, no lines.
 */
export function lastLines(path: string, fromOffset: number): readonly string[] {
  try {
    const file = openSync(path, 'r');
    try {
      const size = fstatSync(file).size;
      const begin = Math.max(fromOffset > size ? 0 : fromOffset, size - READ_BYTES);
      const buffer = Buffer.alloc(size - begin);
      const length = readSync(file, buffer, 0, buffer.length, begin);
      return buffer.toString('utf8', 0, length).trimEnd().split(/\r?\n/).slice(-SHOWN_LINES).filter((line, index, all) => all.length > 1 || line !== '');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Shortens the longest lines until all of them together have at most so many characters, so that every line keeps its beginning. */
export function fitLines(lines: readonly string[], maximumCharacters: number): readonly string[] {
  const lengthAt = (limit: number) => lines.reduce((sum, line) => sum + Math.min(line.length, limit) + 1, 0);
  let limit = Math.max(0, ...lines.map((line) => line.length));
  while (limit > 1 && lengthAt(limit) > maximumCharacters) limit = Math.floor(limit * 0.9);
  return lines.map((line) => (line.length <= limit ? line : `${line.slice(0, Math.max(0, limit - 1))}…`));
}
