import { collectFields, wantedPaths } from './event-fields.ts';
import { InvalidPattern } from './invalid-pattern.ts';
import type { JsonNode } from './json-node.ts';
import { jsonNodeOf, jsonTextOf, NestedTooDeep } from './json-node.ts';
import { parseJsonText } from './json-text.ts';
import { byCodeUnits, hasTooComplexWildcards } from './pattern-complexity.ts';
import type { Rule } from './pattern-rules.ts';
import { readRules } from './pattern-rules.ts';
import type { OrderedRule } from './rule-search.ts';
import { firstUnmatched, newSearch } from './rule-search.ts';

/** What compiling gave: a pattern to match events with, or EventBridge's reason for refusing it, preamble included. */
export type CompiledPattern =
  | ({ readonly outcome: 'valid' } & EventPattern)
  | { readonly outcome: 'invalid'; readonly reason: string };

/** A compiled pattern; it holds no state between events. */
export interface EventPattern {
  /**
   * Says whether an event matches; anything but an object does not. Throws EventTooComplex or NestedTooDeep for an event
   * made to exhaust time or stack: such an event has no answer.
   */
  readonly matches: (event: unknown) => boolean;
  /** The same with the reason in words: that every field matches, or the first that does not. */
  readonly explain: (event: unknown) => MatchExplanation;
}

/** An answer with its reason. */
export interface MatchExplanation {
  readonly matched: boolean;
  readonly reason: string;
}

/** The longest pattern `PutRule` and `TestEventPattern` take (API reference of EventBridge, `EventPattern`). */
export const MAXIMUM_PATTERN_CHARACTERS = 4096;

/**
 * Compiles an event pattern, once, to be matched many times. A string is the pattern's JSON text, of which repeated keys
 * and number texts are kept; anything else is the parsed pattern.
 *
 * The reference is AWS: its recorded answers, and where none is recorded aws/event-ruler, which EventBridge runs. All its
 * operators are known: exact values, prefix, suffix, equals-ignore-case (also inside these two), wildcard, numeric, exists,
 * cidr, anything-but with a value, a list, prefix, suffix, equals-ignore-case or wildcard, and `$or`.
 */
export function compilePattern(pattern: unknown): CompiledPattern {
  try {
    const node = readPattern(pattern);
    const rules = readRules(node);
    if (hasTooComplexWildcards(rules)) {
      throw new InvalidPattern(
        'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
      );
    }
    return { outcome: 'valid', ...eventPatternOf(rules) };
  } catch (error) {
    if (!(error instanceof InvalidPattern) && !(error instanceof NestedTooDeep)) throw error;
    return { outcome: 'invalid', reason: `Event pattern is not valid. Reason: ${error.message}` };
  }
}

function readPattern(pattern: unknown): JsonNode {
  if (typeof pattern !== 'string') {
    const node = jsonNodeOf(pattern);
    refuseTooLong(jsonTextOf(node).length);
    return node;
  }
  refuseTooLong(pattern.length);
  if (pattern.trim() === '') throw new InvalidPattern('Filter is not an object');
  const parsed = parseJsonText(pattern);
  if (parsed.outcome === 'refused') throw new InvalidPattern(parsed.reason);
  return parsed.node;
}

function refuseTooLong(characters: number): void {
  if (characters <= MAXIMUM_PATTERN_CHARACTERS) return;
  throw new InvalidPattern(`Pattern has ${characters} characters, at most ${MAXIMUM_PATTERN_CHARACTERS} are allowed`);
}

function eventPatternOf(rules: readonly Rule[]): EventPattern {
  const ordered = rules.map((rule): OrderedRule => [...rule].toSorted(([left], [right]) => byCodeUnits(left, right)));
  const wanted = wantedPaths(rules.flatMap((rule) => [...rule.keys()]));
  const explain = (event: unknown): MatchExplanation => {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      return { matched: false, reason: 'The event is not a JSON object' };
    }
    const fields = collectFields(event, wanted);
    const search = newSearch(fields);
    const unmatched: string[] = [];
    for (const rule of ordered) {
      const path = firstUnmatched(rule, search);
      if (path === undefined) return { matched: true, reason: 'Every field of the pattern matches' };
      unmatched.push(path);
    }
    return { matched: false, reason: reasonOf(unmatched, (path) => fields.has(path)) };
  };
  return { explain, matches: (event) => explain(event).matched };
}

function reasonOf(unmatched: readonly string[], isPresent: (path: string) => boolean): string {
  const paths = [...new Set(unmatched)].map((path) => `"${path}"${isPresent(path) ? '' : ' (which the event lacks)'}`);
  const start = unmatched.length === 1 ? 'No value matches' : `None of the ${unmatched.length} alternatives of $or matches; they end at`;
  return `${start} ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? `, and ${paths.length - 5} more` : ''}`;
}
