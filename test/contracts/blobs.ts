import { createHash, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Blobs } from '#ports/blobs';

import { expectFailure, freshTenant } from './subject.ts';
import type { OpenSubject, Subject } from './subject.ts';

/** A store of blobs; `damage` changes the stored bytes of a blob behind the port's back. */
export type BlobSubject = Subject<Blobs> & { damage(tenant: string, digest: string): Promise<void> };

const digestOf = (content: Uint8Array) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const MEBIBYTE = 1024 * 1024;

/** What all stores of blobs promise. */
export function blobContract(name: string, open: OpenSubject<BlobSubject>): void {
  describe(`blobs: ${name}`, () => {
    let subject: BlobSubject;
    let blobs: Blobs;
    beforeAll(async () => {
      subject = await open();
      blobs = subject.port;
    });
    afterAll(() => subject.close());

    it('answers the digest of what was put and gives the same bytes back', async () => {
      const tenant = freshTenant();
      for (const content of [new Uint8Array(), new Uint8Array([0, 255, 10]), new Uint8Array(randomBytes(MEBIBYTE))]) {
        const digest = await blobs.put(tenant, content);
        expect(digest).toBe(digestOf(content));
        expect(Buffer.from((await blobs.get(tenant, digest)) ?? 'nothing').equals(content)).toBe(true);
      }
    });

    it('takes the same content again, also at the same time', async () => {
      const tenant = freshTenant();
      const content = new TextEncoder().encode('the same');
      const digests = await Promise.all(Array.from({ length: 5 }, () => blobs.put(tenant, content)));
      expect(new Set(digests)).toEqual(new Set([digestOf(content)]));
      expect(await blobs.get(tenant, digestOf(content))).toEqual(content);
    });

    it('has nothing under a digest that was never put, nor under what is no digest', async () => {
      const tenant = freshTenant();
      for (const digest of [`sha256:${'0'.repeat(64)}`, 'sha256:short', '', 'sha256:../../../../etc/passwd']) expect(await blobs.get(tenant, digest)).toBeUndefined();
    });

    it('takes 16 MiB and refuses more', async () => {
      const tenant = freshTenant();
      const digest = await blobs.put(tenant, new Uint8Array(16 * MEBIBYTE));
      expect((await blobs.get(tenant, digest))?.length).toBe(16 * MEBIBYTE);
      await expectFailure(blobs.put(tenant, new Uint8Array(16 * MEBIBYTE + 1)), 'body-too-large');
    });

    it('tells damaged content from whole, and putting it again repairs it', async () => {
      const tenant = freshTenant();
      const content = new TextEncoder().encode('precious');
      const digest = await blobs.put(tenant, content);
      await subject.damage(tenant, digest);
      await expectFailure(blobs.get(tenant, digest), 'internal-error');
      await blobs.put(tenant, content);
      expect(await blobs.get(tenant, digest)).toEqual(content);
    });

    it('keeps tenants apart, also for the same content', async () => {
      const [one, two] = [freshTenant(), freshTenant()];
      const digest = await blobs.put(one, new TextEncoder().encode('of one'));
      expect(await blobs.get(two, digest)).toBeUndefined();
    });
  });
}
