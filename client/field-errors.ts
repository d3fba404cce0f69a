import type * as z from 'zod';

import type { FieldError } from '#contracts/errors';
import { misfitsOf as wholeMisfitsOf } from '#contracts/http/field-errors';

/** One thing that does not fit: where, the rule it breaks, and the value as given (shortened; absent where there is none). */
export type Misfit = { readonly path: readonly PropertyKey[]; readonly rule: string; readonly value?: unknown };

/** The longest value an error repeats, in characters. */
const LONGEST_VALUE = 100;

/** What is wrong with a value that does not fit its schema, field by field, in the server's words. */
export function misfitsOf(error: z.ZodError, value: unknown): readonly Misfit[] {
  return wholeMisfitsOf(error, value).map((one) => ({ path: one.path, rule: one.rule, ...shownValue(one.value) }));
}

/** The same in the form of a problem document. */
export function fieldErrorsOf(error: z.ZodError, value: unknown): readonly FieldError[] {
  return misfitsOf(error, value).map(({ path, ...rest }) => ({ field: dotted(path), ...rest }));
}

/** A path as people write it: `spec.components.0.port`; the whole value is `.`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '.' : path.map(String).join('.');
}

function shownValue(value: unknown): { readonly value?: unknown } {
  if (value === undefined) return {};
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { value };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { value: text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text };
}
