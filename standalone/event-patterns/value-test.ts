import type { Address, AddressRange } from './addresses.ts';
import { inRange } from './addresses.ts';
import type { FoldedText } from './folded-text.ts';
import { foldedMatches } from './folded-text.ts';
import type { Wildcard } from './wildcards.ts';
import { wildcardMatches } from './wildcards.ts';

/** One value of an event, ready to be tested: its JSON text (a string with its quotes) and what else it may be read as. */
export interface EventValue {
  readonly text: string;
  readonly number: number | undefined;
  readonly address: Address | undefined;
}

/**
 * One alternative in a pattern's list. Texts are JSON texts: strings carry their quotes, so that `"null"` is not null and a
 * prefix, which begins with a quote, can only match a string. `absent` never holds for a value; the search handles it.
 */
export type ValueTest =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'range'; readonly bottom?: Bound; readonly top?: Bound }
  | { readonly kind: 'address'; readonly range: AddressRange }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'suffix'; readonly text: string }
  | { readonly kind: 'folded'; readonly part: 'whole' | 'prefix' | 'suffix'; readonly text: FoldedText }
  | { readonly kind: 'wildcard'; readonly wildcard: Wildcard }
  | { readonly kind: 'exists' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'anything-but'; readonly tests: readonly ValueTest[] };

/** One end of a numeric range. */
export interface Bound {
  readonly number: number;
  readonly included: boolean;
}

/** Says whether a value passes a test. Pure; near linear in the length of the value. */
export function holds(test: ValueTest, value: EventValue): boolean {
  switch (test.kind) {
    case 'text':
      return value.text === test.text;
    case 'number':
      return value.number === test.number;
    case 'range':
      return value.number !== undefined && isInside(test, value.number);
    case 'address':
      return value.address !== undefined && inRange(test.range, value.address);
    case 'prefix':
      return value.text.startsWith(test.text);
    case 'suffix':
      return value.text.endsWith(test.text);
    case 'folded':
      return foldedMatches(test.text, value.text, test.part);
    case 'wildcard':
      return wildcardMatches(test.wildcard, value.text);
    case 'exists':
      return true;
    case 'absent':
      return false;
    case 'anything-but':
      return !test.tests.some((inner) => holds(inner, value));
  }
}

function isInside(range: { readonly bottom?: Bound; readonly top?: Bound }, number: number): boolean {
  const { bottom, top } = range;
  const isAbove = bottom === undefined || number > bottom.number || (bottom.included && number === bottom.number);
  const isBelow = top === undefined || number < top.number || (top.included && number === top.number);
  return isAbove && isBelow;
}
