import { createHash } from 'node:crypto';
import { constants, realpathSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { CommandArtefact } from '#agent/processes/artefact';

/**
 * Why a release's working directory and files are not what it names; empty when they are. Every digest is computed anew from the content.
 * The digest that was found is not told: who may name files must not learn what others than the release's hold.
 */
export async function artefactProblems(artefact: CommandArtefact, workingDirectory: string): Promise<readonly string[]> {
  if (!isFolder(workingDirectory)) return [`the working directory "${workingDirectory}" does not exist`];
  const problems = await Promise.all(artefact.files.map((file) => fileProblem(workingDirectory, file)));
  return problems.filter((problem) => problem !== undefined);
}

async function fileProblem(folder: string, file: CommandArtefact['files'][number]): Promise<string | undefined> {
  const path = resolve(folder, file.path);
  if (isAbsolute(file.path) || !isBelow(folder, path)) return `the file "${file.path}" is not within the working directory`;
  try {
    const real = realpathSync(path);
    if (!isBelow(realpathSync(folder), real)) return `the file "${file.path}" leads out of the working directory`;
    const found = await sha256Of(real);
    if (found === undefined) return `"${file.path}" is no regular file`;
    return found === file.digest ? undefined : `the file "${file.path}" has another content than the release names (${file.digest})`;
  } catch (error) {
    return `the file "${file.path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * The digest of a file's content; `undefined` for what is none. A pipe that nobody writes to would keep the thread that opens it, of which
 * there are four, and a device may never end: so nothing is waited for, and only regular files are read, and of these no more than they have.
 */
async function sha256Of(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return undefined;
    const hash = createHash('sha256');
    if (facts.size > 0) await pipeline(file.createReadStream({ end: facts.size - 1, autoClose: false }), hash);
    return `sha256:${hash.digest('hex')}`;
  } finally {
    await file.close();
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
