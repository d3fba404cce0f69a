import type * as z from 'zod';

import type { FieldError } from '#contracts/errors';

type Issue = z.core.$ZodIssue;

/** One thing that does not fit: where, the rule it breaks, and the value as given (shortened; absent where there is none). */
export type Misfit = { readonly path: readonly PropertyKey[]; readonly rule: string; readonly value?: unknown };

/** The longest value an error repeats, in characters. */
const LONGEST_VALUE = 100;

/** What is wrong with a value that does not fit its schema, field by field. */
export function misfitsOf(error: z.ZodError, value: unknown): readonly Misfit[] {
  return error.issues.flatMap(leaves).flatMap(oneEach).map((issue) => ({ path: issue.path, rule: ruleOf(issue, value), ...shownValue(at(value, issue.path)) }));
}

/** The same in the form of a problem document. */
export function fieldErrorsOf(error: z.ZodError, value: unknown): readonly FieldError[] {
  return misfitsOf(error, value).map(({ path, ...rest }) => ({ field: dotted(path), ...rest }));
}

/** A path as people write it: `spec.components.0.port`; the whole value is `.`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '.' : path.map(String).join('.');
}

/** The issues that say most: of a union's branches the one whose own fields are there, if there is exactly one. */
function leaves(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((branch) => branch.length > 0 && branch.every((one) => one.path.length > 1 || (one.path.length === 1 && !isMissing(one))));
  const [only, ...others] = meant;
  if (only === undefined || others.length > 0) return [issue];
  return only.map((one) => ({ ...one, path: [...issue.path, ...one.path] })).flatMap(leaves);
}

/** Each unknown field is told where it stands. */
function oneEach(issue: Issue): readonly Issue[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, path: [...issue.path, key] })) : [issue];
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
}

function ruleOf(issue: Issue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') return 'is not a known field';
  if (isMissing(issue)) return 'must be given';
  const given = at(value, issue.path);
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string' && (typeof given === 'number' || typeof given === 'boolean');
  return wantsText ? 'must be text: write it in quotes' : issue.message.replace(/^Invalid input: /, '');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

function shownValue(value: unknown): { readonly value?: unknown } {
  if (value === undefined) return {};
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { value };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { value: text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text };
}
