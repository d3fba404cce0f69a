import { createHash } from 'node:crypto';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { CommandArtefact } from '#agent/processes/artefact';

/** Why a release's working directory and files are not what it names; empty when they are. Every digest is computed anew from the content. */
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
    return found === file.digest ? undefined : `the file "${file.path}" has the digest ${found}, the release names ${file.digest}`;
  } catch (error) {
    return `the file "${file.path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
