import { z } from 'zod';

import type { Json, JsonObject } from '#stepfunctions/language';

import { locationOf } from '../diagnostics.ts';
import { jsonFault, readJson } from '../json.ts';

const json = z.unknown().transform((value, context): Json => {
  const read = readJson(value);
  if (read.fault === undefined) return read.json;
  context.addIssue({ code: 'custom', message: `the value ${read.fault}` });
  return z.NEVER;
});

const mockSchema = z
  .looseObject({ arguments: json.optional(), result: json.optional(), error: z.string().nullish(), cause: z.string().nullish(), never: z.literal(true).optional() })
  .superRefine((mock, context) => {
    const answers = ['result', 'error', 'never'].filter((key) => Object.hasOwn(mock, key));
    if (answers.length !== 1) context.addIssue({ code: 'custom', message: `it must have exactly one of result, error and never, but has ${answers.length}` });
  });

const caseSchema = z
  .looseObject({
    id: z.union([z.string(), z.number()]).optional(),
    language: z.string().optional(),
    type: z.enum(['STANDARD', 'EXPRESS']).optional(),
    definition: z.unknown().optional(),
    definitionText: z.string().optional(),
    input: json.optional(),
    mocks: z.record(z.string(), z.array(mockSchema)).optional(),
    control: z.array(z.strictObject({ after: z.string(), do: z.literal('stop') })).optional(),
  })
  .superRefine(({ definition, definitionText }, context) => {
    if ((definition === undefined || definition === null) === (definitionText === undefined)) {
      context.addIssue({ code: 'custom', message: 'it must have a definition, or a definitionText', path: ['definition'] });
    }
  });

/** One execution to run: a definition, its input, what its tasks answer, and when somebody stops it. */
export type Case = z.infer<typeof caseSchema>;

/** What a task answers at one attempt: a result, a failure (without a name when `error` is null), or nothing ever. */
export type Mock = z.infer<typeof mockSchema>;

/** Reads a case, or says which field is wrong and how. Fields that it does not know are left alone, so that recorded cases can be run as they are. */
export function readCase(value: JsonObject): { readonly parsed: Case } | { readonly fault: string } {
  // The definition has a judge of its own.
  const { definition: _, ...rest } = value;
  const fault = jsonFault(rest);
  if (fault !== undefined) return { fault: `the case ${fault}` };
  const parsed = caseSchema.safeParse(value);
  if (parsed.success) return { parsed: parsed.data };
  const faults = parsed.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    return `${path.length === 0 ? 'the case' : locationOf(path).slice(1).replaceAll('/', '.')}: ${issue.message}`;
  });
  return { fault: faults.join('; ') };
}
