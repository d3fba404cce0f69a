/** The largest content: 16 MiB. */
export const MAXIMUM_BLOB_BYTES = 16 * 1024 * 1024;

/** Content by digest, per tenant. What was put can be read at once. */
export interface Blobs {
  /**
   * Stores content and answers its digest (`sha256:…`). The same content again changes nothing, but for repairing what was damaged.
   * @throws Failure `body-too-large` above `MAXIMUM_BLOB_BYTES`.
   */
  put(tenant: string, content: Uint8Array): Promise<string>;
  /** The content, or `undefined` when there is none; content that does not match its digest is a Failure `internal-error`. */
  get(tenant: string, digest: string): Promise<Uint8Array | undefined>;
}
