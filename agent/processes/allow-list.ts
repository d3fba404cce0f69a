import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, sep } from 'node:path';

/**
 * What may be run on this machine: files, and folders with everything below them, by their real paths. `variables` are those that releases
 * may set although they could make a program run other code than its own.
 */
export type AllowList = { readonly files: readonly string[]; readonly folders: readonly string[]; readonly variables: readonly string[] };

/** An executable that may run: the real path, and the path under which it was found, which the program sees as its own name. */
export type AllowedExecutable = { readonly path: string; readonly calledAs: string };

/** Either an executable or why there is none. */
export type Resolution = { readonly allowed: true; readonly executable: AllowedExecutable } | { readonly allowed: false; readonly reason: string };

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

/** All entries, as the target's facts show them. */
export function allowListEntries(list: AllowList): readonly string[] {
  return [...list.files, ...list.folders];
}

/**
 * Finds the executable that a command names: an absolute path, or a bare name on the PATH. Links are followed before the list is asked,
 * so that a link inside an allowed folder allows nothing outside it.
 */
export function resolveExecutable(name: string, list: AllowList, searchPath: string): Resolution {
  if (!isAbsolute(name) && !isBareName(name)) return refused(`"${name}" must be an absolute path or a bare name on the agent's PATH`);
  const calledAs = isAbsolute(name) ? name : onPath(name, searchPath);
  if (calledAs === undefined) return refused(`"${name}" is not on the agent's PATH`);
  if (!isExecutableFile(calledAs)) return refused(`"${calledAs}" is no executable file`);
  const path = realpathSync(calledAs);
  if (!isListed(path, list)) return refused(`"${calledAs}"${path === calledAs ? '' : ` (${path})`} is not on the agent's allow list`);
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

function refused(reason: string): Resolution {
  return { allowed: false, reason };
}
