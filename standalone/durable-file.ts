import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file to write: only the owner may read it. `workFolder` is where it grows; on the same file system, or it could not be moved. */
export type DurableFile = { readonly path: string; readonly workFolder: string; readonly content: Uint8Array };

/**
 * Writes a file so that it exists whole or not at all, whenever the machine stops: into a temporary file, to the disk, then under its
 * name, and the folder to the disk too (https://man7.org/linux/man-pages/man2/fsync.2.html: fsync of a file does not save its name).
 */
export async function writeDurably({ path, workFolder, content }: DurableFile): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  await makeFolder(workFolder);
  const temporary = join(workFolder, randomUUID());
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await saveFolder(folder);
}

/** A file's content, or `undefined` when there is no such file. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a folder and those above it that are missing, and saves their names. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  // A new folder's name is in the folder above it, up to the first that was made.
  for (let made = folder; made.length >= first.length; made = dirname(made)) await saveFolder(dirname(made));
}

/** Has the disk keep the names in a folder. Windows saves names by itself and refuses to open a folder. */
export async function saveFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
