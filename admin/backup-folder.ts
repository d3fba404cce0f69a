import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { Failure } from '#contracts/errors';
import { WORK_FOLDER } from '#standalone/blobs';
import { checkDatabase, copyDatabase } from '#standalone/database-copy';
import { DATABASE_FILE } from '#standalone/data-file';
import { saveFolder } from '#standalone/durable-file';
import { MASTER_KEY_FILE, readMasterKey } from '#standalone/master-key';
import { isDamaged } from '#standalone/sqlite-error';

/** What a backup of a data folder has. `masterKey` says whether the key is in it. */
export type FolderBackup = { readonly events: number; readonly blobs: number; readonly masterKey: boolean };

/** What is copied, and where to; the master key, where it is not `master.key` in what is copied. */
export type Copying = { readonly from: string; readonly to: string; readonly masterKeyFile?: string };

const BLOBS_FOLDER = 'blobs';

/**
 * Copies a data folder to a new folder, also while a control plane works on it: the database as it is in one moment, then the blobs, which are put before an event names them and never change. The new folder is there as a
 * whole or not at all, on the disk, for its owner alone. It has the form of a data folder.
 * @throws Failure `not-found` for a folder without data; `conflict` when the new folder is there already; `internal-error` for a damaged file
 */
export async function backUpFolder({ from, to, masterKeyFile = join(from, MASTER_KEY_FILE) }: Copying, { withMasterKey }: { readonly withMasterKey: boolean }): Promise<FolderBackup> {
  requireData(from);
  if (existsSync(to)) throw new Failure('conflict', `${to} is there already, and is not written over.`);
  return await asWhole(to, async (folder) => {
    const events = await undamaged(async () => await copyDatabase(join(from, DATABASE_FILE), join(folder, DATABASE_FILE)));
    const blobs = await copyBlobs(from, folder);
    if (withMasterKey) await copyKey(masterKeyFile, folder);
    return { events, blobs, masterKey: withMasterKey };
  });
}

/**
 * Makes a data folder of a backup, with the master key of the backup or another file. The backup is read to its end and checked; it stays as it is.
 * @throws as `backUpFolder`; `conflict` when there is no master key
 */
export async function restoreFolder({ from, to, masterKeyFile = join(from, MASTER_KEY_FILE) }: Copying): Promise<FolderBackup> {
  requireData(from);
  if (existsSync(to) && (await readdir(to)).length > 0) throw notEmpty(to);
  await readMasterKey(masterKeyFile, false);
  await undamaged(async () => await Promise.resolve(checkDatabase(join(from, DATABASE_FILE))));
  await removeEmpty(to);
  return await backUpFolder({ from, to, masterKeyFile }, { withMasterKey: true });
}

/** Removes a folder that was empty when it was looked at. A check of the backup may have taken minutes: what has come into it since stays. @throws Failure `conflict` */
async function removeEmpty(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await rmdir(folder).catch((error: unknown) => {
    throw (error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY') ? notEmpty(folder) : error;
  });
}

function notEmpty(folder: string): Failure {
  return new Failure('conflict', `${folder} is not empty. A backup is restored into a folder that is new or empty: name another one, or move away what is there. Nothing was changed.`);
}

function requireData(folder: string): void {
  if (!existsSync(join(folder, DATABASE_FILE))) throw new Failure('not-found', `${resolve(folder)} holds no data of Sluice: there is no ${DATABASE_FILE} in it`);
}

/** Fills a new folder beside the wanted one, for its owner alone, and gives it its name at the end; what could not be finished is removed, and nothing that was there before. */
async function asWhole<Answer>(to: string, fill: (folder: string) => Promise<Answer>): Promise<Answer> {
  const parent = dirname(resolve(to));
  await mkdir(parent, { recursive: true });
  const growing = await mkdtemp(join(parent, `.${basename(to)}.`));
  try {
    const answer = await fill(growing);
    await saveFolder(growing);
    await rename(growing, to);
    await saveFolder(parent);
    return answer;
  } catch (error) {
    await rm(growing, { recursive: true, force: true });
    throw error;
  }
}

/** Copies all blobs but those that are being written; answers how many there are. */
async function copyBlobs(from: string, to: string): Promise<number> {
  const source = join(from, BLOBS_FOLDER);
  if (!existsSync(source)) return 0;
  const found = (await readdir(source, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.parentPath.includes(WORK_FOLDER));
  const folders = new Set<string>();
  for (const { parentPath, name } of found) {
    const folder = join(to, BLOBS_FOLDER, parentPath.slice(source.length));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    folders.add(folder);
    await copyOwn(join(parentPath, name), join(folder, name));
  }
  for (const folder of folders) await saveFolder(folder);
  return found.length;
}

async function copyKey(file: string, folder: string): Promise<void> {
  await readMasterKey(file, false);
  await copyOwn(file, join(folder, MASTER_KEY_FILE));
}

/** Copies a file for its owner alone, and has the disk keep it. */
async function copyOwn(from: string, to: string): Promise<void> {
  const handle = await open(to, 'wx', 0o600);
  try {
    await handle.writeFile(await readFile(from));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function undamaged<Answer>(read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    throw new Failure('internal-error', { detail: `The file of the data folder is damaged: ${error instanceof Error ? error.message : String(error)}. Nothing was made of it.`, cause: error });
  }
}
