/** A wildcard pattern over a value's JSON text (a string with its quotes): the pieces between its `*`. */
export interface Wildcard {
  readonly pieces: readonly string[];
}

/** What a wildcard text stands for, or why EventBridge refuses it. */
export type WildcardResult =
  | { readonly outcome: 'parsed'; readonly wildcard: Wildcard }
  | { readonly outcome: 'refused'; readonly reason: string };

/**
 * Parses the text of a wildcard: `*` stands for any characters, `\*` and `\\` for themselves. Positions in reasons count
 * bytes from the opening quote of the value, as EventBridge counts them.
 */
export function parseWildcard(text: string): WildcardResult {
  const quoted = `"${text}"`;
  const pieces = [''];
  for (let index = 0; index < quoted.length; index++) {
    const character = quoted.charAt(index);
    const next = quoted.charAt(index + 1);
    if (character === '*') {
      if (next === '*') return refused('Consecutive wildcard characters', quoted, index);
      pieces.push('');
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') return refused('Invalid escape character', quoted, index);
      pieces[pieces.length - 1] += next;
      index++;
    } else {
      pieces[pieces.length - 1] += character;
    }
  }
  return { outcome: 'parsed', wildcard: { pieces } };
}

/**
 * Says whether a value's JSON text matches. Each inner piece is taken at its first occurrence, which loses no match; the
 * limit on complexity keeps a piece from repeating itself, so that this is near linear in the length of the value.
 */
export function wildcardMatches(wildcard: Wildcard, valueText: string): boolean {
  const [first = '', ...rest] = wildcard.pieces;
  const last = rest.pop();
  if (last === undefined) return valueText === first;
  if (!valueText.startsWith(first) || !valueText.endsWith(last)) return false;
  let place = first.length;
  for (const piece of rest) {
    const found = valueText.indexOf(piece, place);
    if (found < 0) return false;
    place = found + piece.length;
  }
  return place <= valueText.length - last.length;
}

function refused(problem: string, quoted: string, index: number): WildcardResult {
  const position = new TextEncoder().encode(quoted.slice(0, index)).length;
  return { outcome: 'refused', reason: `${problem} at pos ${position}` };
}
