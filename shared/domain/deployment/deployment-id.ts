/** Crockford's base 32 in lower case: digits and letters in ASCII order, without i, l, o and u (https://www.crockford.com/base32.html). */
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** A ULID's shape (https://github.com/ulid/spec): 48 bits of milliseconds as 10 characters, then 80 bits of chance as 16. */
const TIME_CHARACTERS = 10;
const CHANCE_CHARACTERS = 16;

/** One more than the largest chance that fits into an id. */
export const CHANCE_LIMIT = 1n << 80n;

/** The id of a deployment of a time (milliseconds since 1970), told from others of it by chance (below `CHANCE_LIMIT`). Ids sort by time. */
export function deploymentIdOf(milliseconds: number, chance: bigint): string {
  return `dep-${crockford(BigInt(milliseconds), TIME_CHARACTERS)}${crockford(chance, CHANCE_CHARACTERS)}`;
}

function crockford(value: bigint, characters: number): string {
  let text = '';
  let rest = value;
  for (let index = 0; index < characters; index += 1) {
    text = CROCKFORD.charAt(Number(rest % 32n)) + text;
    rest /= 32n;
  }
  return text;
}
