import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

/** What the schema library says where our schemas say nothing of their own; our own rules read "must …". */
const LIBRARY_WORDS = /^(?:Invalid|Too small|Too big|Unrecognized)/;

/** How types are called in rules. */
const TYPES: { readonly [name: string]: string | undefined } = { string: 'text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'an object', record: 'an object', array: 'a list', null: 'null', undefined: 'nothing' };

/** What a length counts, by what has it. */
const UNITS: { readonly [origin: string]: readonly [one: string, many: string] | undefined } = { string: ['character', 'characters'], array: ['item', 'items'], set: ['item', 'items'], map: ['entry', 'entries'], object: ['field', 'fields'] };

/**
 * The rule that an issue broke, as "must be one of canary, rolling": words of our own where the schema has them, else words that name the
 * possible values, the type or the bound. `value` is what was given, where it is known.
 */
export function ruleInWords(issue: Issue, value?: unknown): string {
  if (!LIBRARY_WORDS.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeInWords(issue.expected)}${issue.expected === 'string' && isUnquoted(value) ? ': write it in quotes' : ''}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `text in the form ${issue.format}`}`;
    case 'invalid_union':
      return issue.discriminator === undefined ? alternatives(issue.errors) : oneOf(optionsOf(issue));
    case 'unrecognized_keys':
      return 'must have known fields only';
    case 'invalid_key': case 'invalid_element':
      return issue.issues.map((one) => ruleInWords(one)).join(', and ');
    case 'custom':
      return issue.message;
  }
}

/** The forms that our schemas name without words of their own. */
const FORMATS: { readonly [format: string]: string | undefined } = { datetime: 'an instant in ISO 8601 UTC, as 2026-11-21T13:42:52.000Z', url: 'an address', uuid: 'a UUID' };

/** YAML reads `1.10` as a number and `no` as false, and their author rarely meant that. */
function isUnquoted(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function typeInWords(name: string): string {
  return TYPES[name] ?? name;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(', ')}`;
}

/** The library types the options of a union as unknown. */
function optionsOf(issue: Extract<Issue, { code: 'invalid_union' }>): readonly unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
}

/** What a union would have taken: the rules of those branches that speak of the value itself, for the others look into something that is not there. */
function alternatives(branches: readonly (readonly Issue[])[]): string {
  const rules = branches.flatMap((issues) => issues.filter((issue) => issue.path.length === 0).slice(0, 1).map((issue) => ruleInWords(issue)));
  return [...new Set(rules)].map((rule, place) => (place === 0 ? rule : rule.replace(/^must be /, ''))).join(', or ') || 'must have one of the known forms';
}

function bound(origin: string, words: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  return unit === undefined ? `must be ${words} ${limit}` : `must have ${words} ${limit} ${limit === 1 ? unit[0] : unit[1]}`;
}
