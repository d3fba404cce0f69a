import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Idempotency } from '#ports/idempotency';

import { freshTenant, instantsOf } from './subject.ts';
import type { OpenSubject, TimedSubject } from './subject.ts';

const answer = { status: 202, headers: { etag: '"1"', 'content-type': 'application/json' }, body: '{"id":"dep-1"}' };

const DAY_SECONDS = 86_400;

/** What all stores of answers promise. */
export function idempotencyContract(name: string, open: OpenSubject<TimedSubject<Idempotency>>): void {
  describe(`idempotency: ${name}`, () => {
    let subject: TimedSubject<Idempotency>;
    let after: (seconds: number) => string;
    let requests: Idempotency;
    beforeAll(async () => {
      subject = await open();
      requests = subject.port;
      after = instantsOf(subject);
    });
    afterAll(() => subject.close());

    const begin = (tenant: string, seconds: number, fingerprint = 'f') => requests.begin({ tenant, key: 'POST /v1/deployments k', fingerprint, at: after(seconds) });
    const finish = (tenant: string) => requests.finish(tenant, 'POST /v1/deployments k', answer);

    it('gives the stored answer to a repetition', async () => {
      const tenant = freshTenant();
      expect(await begin(tenant, 0)).toMatchObject({ state: 'new' });
      await finish(tenant);
      expect(await begin(tenant, 1)).toEqual({ state: 'done', answer });
      expect(await begin(tenant, DAY_SECONDS - 1)).toEqual({ state: 'done', answer });
    });

    it('lets one of many begin at the same time', async () => {
      const tenant = freshTenant();
      const states = await Promise.all(Array.from({ length: 5 }, () => begin(tenant, 0)));
      expect(states.map(({ state }) => state).sort()).toEqual(['in-flight', 'in-flight', 'in-flight', 'in-flight', 'new']);
    });

    it('takes a request for lost that has not ended after a minute', async () => {
      const tenant = freshTenant();
      await begin(tenant, 0);
      expect(await begin(tenant, 59)).toEqual({ state: 'in-flight' });
      expect(await begin(tenant, 61)).toMatchObject({ state: 'new' });
      expect(await begin(tenant, 62)).toEqual({ state: 'in-flight' });
    });

    it('knows when a request was begun first that was lost or has failed since', async () => {
      const tenant = freshTenant();
      expect(await begin(tenant, 0)).toEqual({ state: 'new', firstBegunAt: after(0) });
      expect(await begin(tenant, 61)).toEqual({ state: 'new', firstBegunAt: after(0) });
      await requests.forget(tenant, 'POST /v1/deployments k');
      expect(await begin(tenant, 62)).toEqual({ state: 'new', firstBegunAt: after(0) });
      await requests.forget(tenant, 'POST /v1/deployments k');
      expect(await begin(tenant, 63, 'other')).toEqual({ state: 'new', firstBegunAt: after(63) });
    });

    it('tells another request under the same key, while it runs and afterwards', async () => {
      const tenant = freshTenant();
      await begin(tenant, 0);
      expect(await begin(tenant, 1, 'other')).toEqual({ state: 'mismatch' });
      await finish(tenant);
      expect(await begin(tenant, 2, 'other')).toEqual({ state: 'mismatch' });
      expect(await begin(tenant, 3)).toEqual({ state: 'done', answer });
    });

    it('keeps the first answer', async () => {
      const tenant = freshTenant();
      await begin(tenant, 0);
      await finish(tenant);
      await requests.finish(tenant, 'POST /v1/deployments k', { ...answer, status: 500 });
      await requests.forget(tenant, 'POST /v1/deployments k');
      expect(await begin(tenant, 1)).toEqual({ state: 'done', answer });
    });

    it('forgets a request that failed, so that it may be repeated', async () => {
      const tenant = freshTenant();
      await begin(tenant, 0);
      await requests.forget(tenant, 'POST /v1/deployments k');
      expect(await begin(tenant, 1, 'other')).toMatchObject({ state: 'new' });
    });

    it('forgets an answer after a day', async () => {
      const tenant = freshTenant();
      await begin(tenant, 0);
      await finish(tenant);
      expect(await begin(tenant, DAY_SECONDS, 'other')).toMatchObject({ state: 'new' });
    });

    it('removes what is older than a day and nothing else', async () => {
      const [old, young] = [freshTenant(), freshTenant()];
      await begin(old, -2 * DAY_SECONDS);
      await finish(old);
      await begin(young, -1);
      expect(await requests.expire(after(0))).toBeGreaterThanOrEqual(0);
      expect(await begin(old, 0, 'other')).toMatchObject({ state: 'new', firstBegunAt: after(0) });
      expect(await begin(young, 0)).toEqual({ state: 'in-flight' });
    });

    it('keeps tenants apart in every method', async () => {
      const [one, two] = [freshTenant(), freshTenant()];
      await begin(one, 0);
      await finish(two);
      await requests.forget(two, 'POST /v1/deployments k');
      expect(await begin(one, 1)).toEqual({ state: 'in-flight' });
      expect(await begin(two, 1, 'other')).toMatchObject({ state: 'new' });
      await finish(one);
      expect(await begin(two, 2, 'other')).toEqual({ state: 'in-flight' });
      expect(await begin(one, 2)).toEqual({ state: 'done', answer });
    });
  });
}
