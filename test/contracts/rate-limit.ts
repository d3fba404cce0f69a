import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RateLimits } from '#ports/rate-limit';

import type { OpenSubject, Subject } from './subject.ts';

/** Rate limits; `pass` lets seconds pass, virtually or by really waiting. */
export type RateLimitSubject = Subject<RateLimits> & { pass(seconds: number): Promise<void> };

/** One token in five seconds, so that none comes while a slow service answers a few calls. */
const SLOW = { burst: 3, perSecond: 0.2 };

/** What all rate limits promise. */
export function rateLimitContract(name: string, open: OpenSubject<RateLimitSubject>): void {
  describe(`rate limits: ${name}`, () => {
    let subject: RateLimitSubject;
    let limits: RateLimits;
    beforeAll(async () => {
      subject = await open();
      limits = subject.port;
    });
    afterAll(() => subject.close());

    const freshBucket = () => `bucket-${randomUUID()}`;
    const takes = async (bucket: string, count: number) => {
      const answers: number[] = [];
      for (let index = 0; index < count; index += 1) answers.push(await limits.take(bucket, SLOW));
      return answers;
    };

    it('gives a burst, and then says after how many whole seconds there is a token', async () => {
      const [first, second, third, refused = 0] = await takes(freshBucket(), 4);
      expect([first, second, third]).toEqual([0, 0, 0]);
      expect([1, 2, 3, 4, 5]).toContain(refused);
    });

    it('lets no more through than the burst when many ask at the same time', async () => {
      const bucket = freshBucket();
      const answers = await Promise.all(Array.from({ length: 10 }, () => limits.take(bucket, SLOW)));
      expect(answers.filter((one) => one === 0)).toHaveLength(SLOW.burst);
    });

    it('has a token when it said that it would, and a refusal takes none', async () => {
      const bucket = freshBucket();
      await takes(bucket, 3);
      const [, seconds = 0] = await takes(bucket, 2);
      await subject.pass(seconds);
      expect(await limits.take(bucket, SLOW)).toBe(0);
      expect(await limits.take(bucket, SLOW)).toBeGreaterThan(0);
    });

    it('gains no more than the burst', async () => {
      const [bucket, limit] = [freshBucket(), { burst: 2, perSecond: 0.5 }];
      await limits.take(bucket, limit);
      await subject.pass(6);
      const answers: number[] = [];
      for (let index = 0; index < 3; index += 1) answers.push(await limits.take(bucket, limit));
      expect(answers.map((one) => one === 0)).toEqual([true, true, false]);
    });

    it('tells whether there is a token, without taking it', async () => {
      const bucket = freshBucket();
      for (let index = 0; index < 5; index += 1) expect(await limits.ask(bucket, SLOW)).toBe(0);
      expect(await takes(bucket, 3)).toEqual([0, 0, 0]);
      expect(await limits.ask(bucket, SLOW)).toBeGreaterThan(0);
    });

    it('takes several tokens at once or none, and says after how many seconds there are as many', async () => {
      const bucket = freshBucket();
      expect(await limits.take(bucket, SLOW, 2)).toBe(0);
      // One token is left, or a little more, and one more comes within 5 s.
      expect([1, 2, 3, 4, 5]).toContain(await limits.take(bucket, SLOW, 2));
      expect([6, 7, 8, 9, 10]).toContain(await limits.take(bucket, SLOW, 3));
      expect(await limits.take(bucket, SLOW)).toBe(0);
      expect(await limits.take(bucket, SLOW)).toBeGreaterThan(0);
    });

    it('has as many tokens as it said that it would', async () => {
      const bucket = freshBucket();
      await takes(bucket, 3);
      const seconds = await limits.take(bucket, SLOW, 2);
      await subject.pass(seconds);
      expect(await limits.take(bucket, SLOW, 2)).toBe(0);
      expect(await limits.take(bucket, SLOW)).toBeGreaterThan(0);
    });

    it('keeps buckets apart', async () => {
      const [one, two] = [freshBucket(), freshBucket()];
      await takes(one, 4);
      expect(await takes(two, 3)).toEqual([0, 0, 0]);
    });
  });
}
