import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';

import { Failure } from '#contracts/errors';

/** The PEM files of a certificate (with its chain) and its key. */
export type TlsFiles = { readonly certificateFile: string; readonly keyFile: string };

/** Who can be given another certificate while it runs, as `https.Server`. */
export interface SecureServer {
  setSecureContext(options: SecureContextOptions): void;
}

/** Browsers and Node have spoken 1.2 since 2013; RFC 8996 forbids what is older. */
const MINIMUM_VERSION = 'TLSv1.2';

/**
 * Reads the files and checks that they belong together.
 * @throws Failure `rule-broken` when one cannot be read or they do not
 */
export async function readTls(files: TlsFiles): Promise<SecureContextOptions> {
  try {
    const [cert, key] = await Promise.all([readFile(files.certificateFile), readFile(files.keyFile)]);
    const options = { cert, key, minVersion: MINIMUM_VERSION } as const;
    createSecureContext(options);
    return options;
  } catch (error) {
    throw new Failure('rule-broken', { detail: `${files.certificateFile} and ${files.keyFile} are no certificate with its key: ${error instanceof Error ? error.message : ''}`, cause: error });
  }
}

/** Looks for changed files and gives them to the server. */
export class TlsReload {
  readonly #files: TlsFiles;
  readonly #server: SecureServer;
  #current: SecureContextOptions;

  constructor(files: TlsFiles, server: SecureServer, current: SecureContextOptions) {
    this.#files = files;
    this.#server = server;
    this.#current = current;
  }

  /**
   * Takes the files if they have changed and fit each other; answers whether. Their content is compared, because mounted secrets are
   * swapped by links whose times tell nothing. @throws Failure `rule-broken` while they do not fit, as between two writes: the old ones stay
   */
  async check(): Promise<boolean> {
    const found = await readTls(this.#files);
    if (String(found.cert) === String(this.#current.cert) && String(found.key) === String(this.#current.key)) return false;
    this.#server.setSecureContext(found);
    this.#current = found;
    return true;
  }
}
