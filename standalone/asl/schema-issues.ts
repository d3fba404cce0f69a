import type { z } from 'zod';

import { schemaDiagnostic, type Diagnostic, type Path } from './diagnostics.ts';

/** Fields that only JSONPath has. A JSONata state that carries one is told so, in AWS's words. */
const JSONPATH_FIELDS: ReadonlySet<string> = new Set([
  'InputPath', 'OutputPath', 'ResultPath', 'ResultSelector', 'Parameters', 'Result', 'ItemsPath', 'MaxConcurrencyPath',
  'SecondsPath', 'TimestampPath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'ErrorPath', 'CausePath',
  'ToleratedFailureCountPath', 'ToleratedFailurePercentagePath',
]);

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'STRING'], ['number', 'NUMBER'], ['int', 'INTEGER'], ['boolean', 'BOOLEAN'], ['array', 'ARRAY'], ['object', 'OBJECT'], ['record', 'OBJECT'],
]);

/** Turns what the schema found into AWS's diagnostics. Missing fields of one object become one diagnostic, before the rest. */
export function schemaDiagnostics(issues: readonly z.core.$ZodIssue[], definition: unknown): readonly Diagnostic[] {
  const missing = new Map<string, { readonly path: Path; readonly names: string[] }>();
  const others: Diagnostic[] = [];
  for (const issue of issues) {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    const name = path.at(-1);
    if (!isMissing(definition, path) || typeof name !== 'string') {
      others.push(...describe(issue, path));
      continue;
    }
    const parent = path.slice(0, -1);
    const group = missing.get(JSON.stringify(parent)) ?? { path: parent, names: [] };
    group.names.push(name);
    missing.set(JSON.stringify(parent), group);
  }
  const required = [...missing.values()].map(({ path, names }) => schemaDiagnostic(`These fields are required: [${names.join(', ')}]`, path));
  return [...required, ...others];
}

function isMissing(definition: unknown, path: Path): boolean {
  let value = definition;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value === undefined;
}

function describe(issue: z.core.$ZodIssue, path: Path): readonly Diagnostic[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => schemaDiagnostic(unknownField(key), path));
    case 'invalid_value':
      return [schemaDiagnostic(`Value should be one of the following: [${issue.values.map(String).join(', ')}]`, path)];
    case 'invalid_type':
      return [schemaDiagnostic(`Expected value of type [${TYPE_NAMES.get(issue.expected) ?? issue.expected}]`, path)];
    case 'invalid_union':
      return [schemaDiagnostic(unionMessage(issue), path)];
    case 'too_small':
      return [schemaDiagnostic(boundMessage('Minimum', issue.origin, issue.minimum), path)];
    case 'too_big':
      return [schemaDiagnostic(boundMessage('Maximum', issue.origin, issue.maximum), path)];
    default:
      return [schemaDiagnostic(issue.message, path)];
  }
}

function unknownField(key: string): string {
  if (!JSONPATH_FIELDS.has(key)) return `Field '${key}' is not supported`;
  return `The QueryLanguage is set to 'JSONata', but field '${key}' is only supported for the 'JSONPath' QueryLanguage`;
}

function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.discriminator !== undefined) {
    const types = ['Pass', 'Task', 'Choice', 'Wait', 'Succeed', 'Fail', 'Parallel', 'Map'];
    return `Value should be one of the following: [${types.join(', ')}]`;
  }
  const expected = issue.errors.flatMap((found) => found.flatMap((inner) => (inner.code === 'invalid_type' ? [TYPE_NAMES.get(inner.expected) ?? inner.expected] : [])));
  return `Expected value of type [${expected.join(', ')}]`;
}

function boundMessage(word: 'Minimum' | 'Maximum', origin: string, bound: number | bigint): string {
  if (origin === 'string') return `${word} length is ${bound}`;
  if (origin === 'array') return `${word} size is ${bound}`;
  return `${word} value is ${bound}`;
}
