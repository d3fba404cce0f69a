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

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type': return issue.message.endsWith('received undefined') ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value': return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small': return `must ${sizeWord(issue.origin)}${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big': return `must ${sizeWord(issue.origin)}${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_key': return `has a key that ${issue.issues.map((one) => one.message).join(', and ')}`;
    default: return issue.message;
  }
}

/** The types of JSON in words. */
const KINDS: { readonly [type: string]: string } = { object: 'an object', record: 'an object', array: 'an array', int: 'a whole number', number: 'a number', string: 'text', boolean: 'true or false' };

function sizeWord(origin: string): string {
  return origin === 'array' ? 'have items, ' : 'be ';
}
