import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { digest as digestForm, resourceName } from '#domain/resources/names';
import { digestOf, requireBlobSize, requireDigest } from '#engine/blob-content';
import type { Blobs } from '#ports/blobs';

import { boundedCalls } from './calls.ts';
import { tellingOutages } from './outages.ts';

/** The largest blob has 16 MiB, and takes some seconds: at most 2 × 12 s + 1 s = 25 s, within the 29 s of a request. */
const BLOB_CALLS = boundedCalls(2, 12_000);

/** Content as objects, under the tenant's name and their digest. */
export class BucketBlobs implements Blobs {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(tenant: string, content: Uint8Array): Promise<string> {
    requireBlobSize(content);
    const digest = digestOf(content);
    // What is there already is written again: the same bytes under the same name, and whole where it was damaged. The bucket checks the digest.
    const ChecksumSHA256 = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: nameOf(tenant, digest), Body: content, ChecksumSHA256, ContentType: 'application/octet-stream' }));
    return digest;
  }

  async get(tenant: string, digest: string): Promise<Uint8Array | undefined> {
    if (!digestForm.safeParse(digest).success) return undefined;
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: nameOf(tenant, digest) }));
      const content = (await Body?.transformToByteArray()) ?? new Uint8Array();
      requireDigest(content, digest);
      return content;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
}

/** The blobs of a bucket, with a client of their own. An emulator has buckets by path, since their names are no hosts there. */
export function openBlobs(bucket: string, { isEmulated }: { readonly isEmulated: boolean }): Blobs {
  return new BucketBlobs(tellingOutages(new S3Client({ ...BLOB_CALLS, forcePathStyle: isEmulated })), bucket);
}

function nameOf(tenant: string, digest: string): string {
  return `${resourceName.parse(tenant)}/${digest.slice('sha256:'.length)}`;
}
