import { ANSWER_KEPT_SECONDS, REQUEST_LOST_SECONDS } from '#ports/idempotency';

/**
 * A begun request as it is stored. Times are milliseconds since 1970: `begunAt` of the last beginning, `firstBegunAt` of the first one of the
 * same request. `answer` is `undefined` until it has one.
 */
export type BegunRequest<Answer> = { readonly fingerprint: string; readonly begunAt: number; readonly firstBegunAt: number; readonly answer: Answer | undefined };

/** What the beginning of a request comes to: `new` is to be stored in the place of what was there. */
export type Beginning<Answer> = { readonly state: 'new'; readonly record: BegunRequest<Answer> } | { readonly state: 'in-flight' | 'mismatch' } | { readonly state: 'done'; readonly answer: Answer };

/** Tells a repetition from a new request, by what is stored under its key. `now` is in milliseconds since 1970. */
export function beginRequest<Answer>(stored: BegunRequest<Answer> | undefined, fingerprint: string, now: number): Beginning<Answer> {
  if (stored !== undefined && now - stored.begunAt < (stored.answer === undefined ? REQUEST_LOST_SECONDS : ANSWER_KEPT_SECONDS) * 1000) {
    if (stored.fingerprint !== fingerprint) return { state: 'mismatch' };
    return stored.answer === undefined ? { state: 'in-flight' } : { state: 'done', answer: stored.answer };
  }
  const isSame = stored !== undefined && stored.answer === undefined && stored.fingerprint === fingerprint && now - stored.firstBegunAt < ANSWER_KEPT_SECONDS * 1000;
  return { state: 'new', record: { fingerprint, begunAt: now, firstBegunAt: isSame ? stored.firstBegunAt : now, answer: undefined } };
}
