import type * as z from 'zod';

import type { FieldError } from '#contracts/errors';
import { ruleInWords } from '#contracts/http/rule-in-words';

/** The most bad fields that are named at once: the first ones lead to the rest. */
export const MAXIMUM_FIELD_ERRORS = 50;

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

/** One thing that does not fit: where, which rule it breaks, and what was given; an unknown field and a missing one are told apart. */
export type Misfit = { readonly path: readonly PropertyKey[]; readonly rule: string; readonly found: 'value' | 'unknown' | 'missing'; readonly value: unknown };

/**
 * Says of each field that does not fit its schema where it is (dotted path), which rule it broke and what was given.
 * An unknown field is named itself; a missing one has no value. At most 50 fields, in the order of the schema.
 */
export function fieldErrorsOf(error: z.ZodError, input: unknown, options: FieldErrorOptions = {}): readonly FieldError[] {
  return misfitsOf(error, input).map(({ path, rule, found, value }) => {
    const field = [...(options.prefix ? [options.prefix] : []), ...path.map(shortName)].join('.');
    return { field, rule, ...(found === 'missing' || options.hideValues ? {} : { value: shorten(value) }) };
  });
}

/** The same by paths, with the values whole: for who knows where a field stands, and how to show a value. */
export function misfitsOf(error: z.ZodError, input: unknown): readonly Misfit[] {
  return error.issues.flatMap((issue) => flatten(issue, [])).slice(0, MAXIMUM_FIELD_ERRORS).map(({ path, issue }) => {
    const value = valueAt(input, path);
    if (issue === 'unknown-field') return { path, rule: 'is not known here', found: 'unknown', value };
    const rule = ruleInWords(issue, value);
    if (value !== undefined) return { path, rule, found: 'value', value };
    return { path, rule: issue.code === 'custom' ? rule : `is required: ${rule}`, found: 'missing', value };
  });
}

/** A fault in words, for people: the field, the rule and what was given. */
export function faultInWords({ field, rule, value }: FieldError): string {
  return `${field === '' ? 'the body' : field} ${rule}${value === undefined ? '' : ` (got ${JSON.stringify(value)})`}`;
}

type FlatIssue = { readonly path: readonly PropertyKey[]; readonly issue: Issue | 'unknown-field' };

function flatten(issue: Issue, before: readonly PropertyKey[]): readonly FlatIssue[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key], issue: 'unknown-field' }));
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => flatten(inner, path));
  }
  return [{ path, issue }];
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
