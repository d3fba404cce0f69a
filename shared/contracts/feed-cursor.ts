import { Failure } from '#contracts/errors';

/** Makes and reads the cursors of feeds. A position is a whole number from 0 (before the first event) to 2^53 − 1. */
export type FeedCursors = {
  readonly cursorOf: (position: number) => string;
  /** @throws Failure `malformed-request` for what is no cursor of this form: cursors come back from clients. */
  readonly positionOf: (cursor: string) => number;
};

/**
 * Cursors of one form: its number, and the position in base 36 with a fixed length, so that cursors sort as their positions do. Each store has
 * a form of its own, because a position of one feed says nothing in another.
 */
export function feedCursors(form: number): FeedCursors {
  const pattern = new RegExp(`^${form}-([0-9a-z]{11})$`);
  return {
    cursorOf: (position) => `${form}-${position.toString(36).padStart(11, '0')}`,
    positionOf(cursor) {
      const digits = pattern.exec(cursor)?.[1];
      const position = digits === undefined ? Number.NaN : Number.parseInt(digits, 36);
      if (!Number.isSafeInteger(position)) throw new Failure('malformed-request', { detail: 'This is not a cursor of a feed.', errors: [{ field: 'cursor', rule: 'must be a cursor that an earlier answer gave' }] });
      return position;
    },
  };
}
