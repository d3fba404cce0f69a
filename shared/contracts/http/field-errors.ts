import type * as z from 'zod';

import type { FieldError } from '#contracts/errors';

/** The most bad fields that are named at once: the first ones lead to the rest. */
const MAXIMUM_FIELD_ERRORS = 50;

/** Values longer than this, as JSON, are shortened or left out. */
const MAXIMUM_VALUE_CHARACTERS = 200;

/** No name of ours is as long; a longer one is shortened too. */
const MAXIMUM_NAME_CHARACTERS = 100;

/** Where the checked input came from, and whether its values may be shown. */
export type FieldErrorOptions = {
  /** Put before each field, as `query`; empty for a body. */
  readonly prefix?: string;
  /** No value is echoed: for input that holds secrets. */
  readonly hideValues?: boolean;
};

type Issue = z.core.$ZodIssue;

/**
 * Says of each field that does not fit its schema where it is (dotted path), which rule it broke and what was given.
 * An unknown field is named itself; a missing one has no value. At most 50 fields, in the order of the schema.
 */
export function fieldErrorsOf(error: z.ZodError, input: unknown, options: FieldErrorOptions = {}): readonly FieldError[] {
  return error.issues
    .flatMap((issue) => flatten(issue, []))
    .slice(0, MAXIMUM_FIELD_ERRORS)
    .map(({ path, rule }) => {
      const value = valueAt(input, path);
      const field = [...(options.prefix ? [options.prefix] : []), ...path.map(shortName)].join('.');
      const missing = value === undefined && !rule.startsWith('is not known');
      return { field, rule: missing ? missingRule(rule) : rule, ...(missing || options.hideValues ? {} : { value: shorten(value) }) };
    });
}

type FlatIssue = { readonly path: readonly PropertyKey[]; readonly rule: string };

function flatten(issue: Issue, before: readonly PropertyKey[]): readonly FlatIssue[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key], rule: 'is not known here' }));
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => flatten(inner, path));
  }
  return [{ path, rule: ruleOf(issue.message) }];
}

/**
 * The one branch of a union that the author meant: all its faults lie deeper than the union and none is an unknown or missing field.
 * When no branch or several qualify, the union's own message says more.
 */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = branches.filter((issues) => issues.every((issue) => issue.path.length > 0 && issue.code !== 'unrecognized_keys' && !isMissing(issue)));
  return meant.length === 1 ? meant[0] : undefined;
}

function isMissing(issue: Issue): boolean {
  return issue.message.endsWith('received undefined');
}

/** Our own rules read as "must be …"; those of the schema library begin with "Invalid input: " or "Invalid string: ". */
function ruleOf(message: string): string {
  const expected = /^Invalid input: expected (.+), received (.+)$/.exec(message);
  if (expected) return `must be ${expected[1]}, not ${expected[2]}`;
  return message;
}

function missingRule(rule: string): string {
  return rule.startsWith('must be ') && rule.endsWith(', not undefined') ? `is required: ${rule.slice(0, -', not undefined'.length)}` : rule;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

function shortName(key: PropertyKey): string {
  const name = String(key);
  return name.length > MAXIMUM_NAME_CHARACTERS ? `${name.slice(0, MAXIMUM_NAME_CHARACTERS)}…` : name;
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAXIMUM_VALUE_CHARACTERS) return `${value.slice(0, MAXIMUM_VALUE_CHARACTERS)}…`;
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length <= MAXIMUM_VALUE_CHARACTERS ? value : `${text.slice(0, MAXIMUM_VALUE_CHARACTERS)}…`;
}
