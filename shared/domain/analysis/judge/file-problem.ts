import type * as z from 'zod';

/** What is wrong with a file, and where: `looks[2].metrics.errors.canary.bad`. */
export type FileProblem = { readonly place: string; readonly rule: string };

/** Tells a schema's findings as places and rules, below the place that the schema was asked about. */
export function fileProblems(error: z.ZodError, within: readonly PropertyKey[]): readonly FileProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ place: placeOf([...within, ...issue.path]), rule: ruleOf(issue) }];
    return issue.keys.map((key) => ({ place: placeOf([...within, ...issue.path, key]), rule: 'is not known here' }));
  });
}

/** A path as it is written in JavaScript; of nothing, the file. */
export function placeOf(path: readonly PropertyKey[]): string {
  const written = path.reduce<string>((place, one) => (typeof one === 'number' ? `${place}[${one}]` : `${place}${place === '' ? '' : '.'}${String(one)}`), '');
  return written === '' ? 'the file' : written;
}

function ruleOf({ message }: z.core.$ZodIssue): string {
  if (message.endsWith('received undefined')) return 'is missing';
  return message.replace(/^Invalid (?:input|option): expected (?:one of )?/, 'must be ').replace(/^Invalid discriminator value\. Expected /, 'must be ').replace(/^Too (?:small|big): expected \w+ to (?:be|have) /, 'must be ').replace(', received ', ', not ');
}
