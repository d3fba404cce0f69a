/** An `Idempotency-Key`: visible ASCII, as IETF draft "The Idempotency-Key HTTP Header Field" has it; 255 is more than any generated key needs. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** The longest `If-Match` that is read: a tag of ours has at most 17 characters, and one is meant. */
export const MAXIMUM_IF_MATCH_CHARACTERS = 255;
