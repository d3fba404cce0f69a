import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';

import * as z from 'zod';

import { isMissing } from '#agent/state/json-file';

/** How much of a process's output is kept: the present file up to a size, and so many older ones of at most that size each. */
export const logLimits = z.strictObject({ maximumBytes: z.int().min(1024), keptFiles: z.int().min(0).max(100) });
export type LogLimits = z.infer<typeof logLimits>;

/** 10 MiB and 3 older files: 40 MiB per instance. */
export const DEFAULT_LOG_LIMITS: LogLimits = { maximumBytes: 10 * 1024 * 1024, keptFiles: 3 };

const COPY_BYTES = 262_144;

/** A log is rotated at four fifths of its limit, so that what a writer adds between two looks is kept as a rule, and no older file exceeds the limit. */
const ROTATE_AT = 0.8;

/**
 * Rotates a log that has grown near its limit; answers whether it did. The writer keeps its descriptor, which appends, so the file is copied
 * to `.1` and then cut to nothing: the writer goes on at its beginning. All of it happens in one synchronous stretch, since what is
 * written between the last read and the cut is lost. When more than the limit had come since the last look, its newest part is kept.
 */
export function rotateLog(path: string, limits: LogLimits): boolean {
  if (sizeOf(path) <= limits.maximumBytes * ROTATE_AT) return false;
  shiftOlder(path, limits.keptFiles);
  const source = openSync(path, 'r+');
  try {
    if (limits.keptFiles > 0) copyNewest(source, `${path}.1`, limits.maximumBytes);
    ftruncateSync(source, 0);
  } finally {
    closeSync(source);
  }
  return true;
}

function shiftOlder(path: string, keptFiles: number): void {
  for (let age = keptFiles; age > 1; age -= 1) {
    try {
      renameSync(olderPath(path, age - 1), olderPath(path, age));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

function copyNewest(source: number, path: string, maximumBytes: number): void {
  const copy = openSync(path, 'w', 0o600);
  const buffer = Buffer.alloc(COPY_BYTES);
  try {
    let position = Math.max(0, fstatSync(source).size - maximumBytes);
    // A writer faster than this copy would never let it end: at most twice the limit is copied.
    for (let copied = 0; copied < 2 * maximumBytes; ) {
      const length = readSync(source, buffer, 0, buffer.length, position);
      if (length === 0) break;
      writeSync(copy, buffer, 0, length);
      position += length;
      copied += length;
    }
  } finally {
    closeSync(copy);
  }
}

function olderPath(path: string, age: number): string {
  return age === 0 ? path : `${path}.${age}`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
