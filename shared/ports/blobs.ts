/** Content by digest, per tenant. */
export interface Blobs {
  /** Stores content and answers its digest (`sha256:…`). The same content again changes nothing. At most 16 MiB. */
  put(tenant: string, content: Uint8Array): Promise<string>;
  /** The content, or `undefined` when there is none; content that does not match its digest is a Failure `internal-error`. */
  get(tenant: string, digest: string): Promise<Uint8Array | undefined>;
}
