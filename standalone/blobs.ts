import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { digest as digestForm, resourceName } from '#domain/resources/names';
import { digestOf, requireBlobSize, requireDigest } from '#engine/blob-content';
import type { Blobs } from '#ports/blobs';

import { readIfThere, writeDurably } from './durable-file.ts';

/** Where files grow. No tenant is named so: their names begin with a letter or digit. */
export const WORK_FOLDER = '.incoming';

/** Content as files, in a folder per tenant, named by their digest; the digest's first two digits are a folder, so that none gets too full. */
export class FolderBlobs implements Blobs {
  readonly #folder: string;

  /** Opens the folder and removes what a stopped process left half written. */
  static async open(folder: string): Promise<FolderBlobs> {
    await rm(join(folder, WORK_FOLDER), { recursive: true, force: true });
    return new FolderBlobs(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  async put(tenant: string, content: Uint8Array): Promise<string> {
    requireBlobSize(content);
    const digest = digestOf(content);
    const path = this.#pathOf(tenant, digest);
    const present = await readIfThere(path);
    // What is there but damaged is written anew.
    if (present === undefined || digestOf(present) !== digest) await writeDurably({ path, workFolder: join(this.#folder, WORK_FOLDER), content });
    return digest;
  }

  async get(tenant: string, digest: string): Promise<Uint8Array | undefined> {
    if (!digestForm.safeParse(digest).success) return undefined;
    const content = await readIfThere(this.#pathOf(tenant, digest));
    if (content !== undefined) requireDigest(content, digest);
    return content;
  }

  /** Only a name that cannot lead elsewhere becomes part of a path. */
  #pathOf(tenant: string, digest: string): string {
    const hex = digest.slice('sha256:'.length);
    return join(this.#folder, resourceName.parse(tenant), hex.slice(0, 2), hex);
  }
}
