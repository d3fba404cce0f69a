import type { Clock } from '#ports/clock';

/**
 * Asks for something at most once in so many milliseconds, and meanwhile gives the last answer, be it an error; who asks while it is being asked
 * waits for that answer. For what anybody may ask for as often as they like.
 */
export function askedSeldom(ask: () => Promise<void>, { milliseconds, clock }: { readonly milliseconds: number; readonly clock: Pick<Clock, 'now'> }): () => Promise<void> {
  let last: { readonly at: number; readonly answer: Promise<void> } | undefined;
  return async () => {
    const now = clock.now();
    if (last === undefined || now - last.at >= milliseconds) last = { at: now, answer: ask() };
    await last.answer;
  };
}
