import type * as z from 'zod';

import { routes } from '#contracts/http/routes';
import type { Operation, OperationOutput } from '#contracts/http/routes';
import { fieldErrorsOf } from '#client/field-errors';
import { SluiceError } from '#client/sluice-error';

/** A newer server's answer may have fields inside fields that we do not know; each round removes one layer. Ours nest less than this. */
const MAXIMUM_ROUNDS = 8;

/**
 * Checks an answer against the operation's schema. Fields that the schema does not know are left out rather than refused, so that an
 * older client goes on working with a newer server.
 * @throws SluiceError `unexpected-answer` when it does not fit otherwise.
 */
export function parseAnswer<Name extends Operation>(operation: Name, body: unknown): OperationOutput<Name> {
  const result = parseTolerantly(routes[operation].response, body);
  if (!result.success) {
    const errors = fieldErrorsOf(result.error, body);
    throw SluiceError.of('unexpected-answer', `the answer to ${operation} does not fit its schema`, { errors });
  }
  return result.data as OperationOutput<Name>;
}

/** Parses, and where only unknown fields are in the way, parses again without them. */
export function parseTolerantly<Schema extends z.ZodType>(schema: Schema, value: unknown): z.ZodSafeParseResult<z.output<Schema>> {
  let result = schema.safeParse(value);
  let kept = value;
  for (let round = 0; round < MAXIMUM_ROUNDS && !result.success; round += 1) {
    const unknown = result.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue] : []));
    if (unknown.length === 0) return result;
    kept = structuredClone(kept);
    for (const issue of unknown) removeKeys(kept, issue.path, issue.keys);
    result = schema.safeParse(kept);
  }
  return result;
}

function removeKeys(value: unknown, path: readonly PropertyKey[], keys: readonly string[]): void {
  let holder: unknown = value;
  for (const part of path) holder = typeof holder === 'object' && holder !== null ? Reflect.get(holder, part) : undefined;
  if (typeof holder !== 'object' || holder === null) return;
  for (const key of keys) Reflect.deleteProperty(holder, key);
}
