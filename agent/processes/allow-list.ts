import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, sep } from 'node:path';

/**
 * What may be run on this machine: files, and folders with everything below them, by their real paths. `variables` are those that releases
 * may set although they could make a program run other code than its own.
 */
export type AllowList = { readonly files: readonly string[]; readonly folders: readonly string[]; readonly variables: readonly string[] };

/** An executable that may run: the real path, and the path under which it was found, which the program sees as its own name. */
export type AllowedExecutable = { readonly path: string; readonly calledAs: string };

/** Either an executable or why there is none: it is `missing` here, or it is here and `forbidden`. */
export type Resolution = { readonly allowed: true; readonly executable: AllowedExecutable } | { readonly allowed: false; readonly why: 'missing' | 'forbidden'; readonly reason: string };

/** Reads the list: each entry is a file, a folder, or a bare name found on the PATH. An entry that does not exist is an error that names it. */
export function readAllowList(entries: readonly string[], searchPath: string, variables: readonly string[] = []): AllowList {
  const resolved = entries.map((entry) => {
    const found = isBareName(entry) ? (onPath(entry, searchPath) ?? entry) : entry;
    try {
      const path = realpathSync(found);
      return { path, folder: statSync(path).isDirectory() };
    } catch (cause) {
      throw new Error(`the allow list names "${entry}", which does not exist`, { cause });
    }
  });
  return { files: resolved.filter((one) => !one.folder).map((one) => one.path), folders: resolved.filter((one) => one.folder).map((one) => one.path), variables };
}

/** What may be run, in words for the agent's operator. */
export function allowListWords({ files, folders }: AllowList): string {
  return [...files, ...folders.map((folder) => `every executable below ${folder}`)].join(', ');
}

/** All entries, as the target's facts show them. */
export function allowListEntries(list: AllowList): readonly string[] {
  return [...list.files, ...list.folders];
}

/**
 * Finds the executable that a command names: an absolute path, or a bare name on the PATH. Links are followed before the list is asked,
 * so that a link inside an allowed folder allows nothing outside it.
 */
export function resolveExecutable(name: string, list: AllowList, searchPath: string): Resolution {
  if (!isAbsolute(name) && !isBareName(name)) return missing(`"${name}" must be an absolute path or a bare name on the agent's PATH`);
  const calledAs = isAbsolute(name) ? name : onPath(name, searchPath);
  if (calledAs === undefined) return missing(`"${name}" is not on the agent's PATH`);
  if (!isExecutableFile(calledAs)) return missing(`"${calledAs}" is no executable file`);
  const path = realpathSync(calledAs);
  if (!isListed(path, list)) return { allowed: false, why: 'forbidden', reason: `"${calledAs}"${path === calledAs ? '' : ` (${path})`} is not on the agent's allow list` };
  return { allowed: true, executable: { path, calledAs } };
}

function isListed(path: string, list: AllowList): boolean {
  return list.files.includes(path) || list.folders.some((folder) => path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`));
}

function isBareName(name: string): boolean {
  return !name.includes('/') && !name.includes(sep) && name !== '.' && name !== '..';
}

function onPath(name: string, searchPath: string): string | undefined {
  return searchPath.split(delimiter).filter((folder) => isAbsolute(folder)).map((folder) => join(folder, name)).find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing and forbidden are the same to a caller: it cannot be run.
    return false;
  }
}

function missing(reason: string): Resolution {
  return { allowed: false, why: 'missing', reason };
}
