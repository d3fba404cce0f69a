import type { CompiledPattern } from './compile-pattern.ts';
import { compilePattern } from './compile-pattern.ts';
import { NestedTooDeep } from './json-node.ts';
import { EventTooComplex } from './rule-search.ts';

/**
 * The answer to one case: whether the event matches, or that the case is invalid, with the reason. Of a pattern that EventBridge refuses
 * that is the refusal; of a case that cannot be read it names the field by its place in the input, and what is wrong with its value.
 * `id` is the case's as it was given, null where it has none.
 */
export type MatchCaseResult = { readonly id: unknown; readonly result: boolean | 'invalid'; readonly reason: string };

/**
 * Answers event pattern cases, one or an array of `{id, pattern, event}`, in their order and lazily.
 *
 * Where the exact text of the pattern matters (a key written twice, broken JSON), `patternText` holds it and goes before
 * `pattern`. A pattern or event that is a string is its JSON text, as in the API of EventBridge. Other members are ignored.
 * A case that cannot be read is invalid and does not stop the others. Pure.
 */
export function* matchCases(input: unknown): Generator<MatchCaseResult> {
  if (!Array.isArray(input)) {
    yield answer(input, 'case');
    return;
  }
  for (const [index, item] of input.entries()) yield answer(item, `[${index}]`);
}

function answer(item: unknown, name: string): MatchCaseResult {
  if (!isRecord(item)) return failed(null, name, `must be an object {id, pattern, event}, is ${described(item)}`);
  const id = item.id;
  if (typeof id !== 'string') return failed(id ?? null, `${name}.id`, `must be a string, is ${described(id)}`);
  if (item.patternText !== undefined && typeof item.patternText !== 'string') {
    return failed(id, `${name}.patternText`, `must be a string, is ${described(item.patternText)}`);
  }
  const pattern = item.patternText ?? item.pattern;
  if (pattern === undefined) return failed(id, `${name}.pattern`, 'must be given, or patternText, is missing');
  const event = readEvent(item.event);
  if (!isRecord(event)) return failed(id, `${name}.event`, `must be an object or its JSON text, is ${described(item.event)}`);
  return match(id, compilePattern(pattern), { event, field: `${name}.event` });
}

function match(id: string, pattern: CompiledPattern, subject: { readonly event: object; readonly field: string }): MatchCaseResult {
  if (pattern.outcome === 'invalid') return { id, result: 'invalid', reason: pattern.reason };
  try {
    const { matched, reason } = pattern.explain(subject.event);
    return { id, result: matched, reason };
  } catch (error) {
    if (error instanceof EventTooComplex || error instanceof NestedTooDeep) return failed(id, subject.field, error.message);
    throw error;
  }
}

function readEvent(event: unknown): unknown {
  if (typeof event !== 'string') return event;
  try {
    return JSON.parse(event);
  } catch {
    return undefined;
  }
}

function failed(id: unknown, field: string, problem: string): MatchCaseResult {
  return { id, result: 'invalid', reason: `${field}: ${problem}` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function described(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
