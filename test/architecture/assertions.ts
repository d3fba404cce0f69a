import { lineAt, visit } from './source-file.ts';
import type { SourceFile, Violation } from './source-file.ts';

/** A file in which the compiler cannot follow, how often, and why not. */
export type AssertionException = { readonly path: string; readonly count: number; readonly reason: string };

/**
 * Where `as` stands outside a parser. In each, a schema or a table decides what the value is, and a mapped type says it once for all
 * its entries; the compiler does not carry that through `Object.entries`, an index by a generic name, or a union taken apart.
 */
export const assertionExceptions: readonly AssertionException[] = [];

/** The name of a function that has tested the value it asserts: what it returns has been checked at run time. */
const PARSER = /^parse([A-Z]|$)/;

/**
 * Finds `value as Type` outside parsers: it silences the compiler instead of convincing it. `as const` says nothing but what is
 * written, and stays.
 */
export function assertions(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const functions: string[] = [];
  const enter = (name: string) => { functions.push(name); };
  const leave = () => { functions.pop(); };
  const report = (node: { readonly start: number; readonly end: number }) => {
    if (functions.some((name) => PARSER.test(name))) return;
    found.push({ path: file.path, line: lineAt(file.text, node.start), rule: 'no type assertion outside a parser', detail: file.text.slice(node.start, node.end).split('\n').at(-1)?.slice(-80) ?? '' });
  };
  visit(file, {
    'FunctionDeclaration': (node) => enter(node.id?.name ?? ''),
    'FunctionDeclaration:exit': leave,
    'MethodDefinition': (node) => enter(node.key.type === 'Identifier' ? node.key.name : ''),
    'MethodDefinition:exit': leave,
    'VariableDeclarator': (node) => enter(node.id.type === 'Identifier' && node.init?.type === 'ArrowFunctionExpression' ? node.id.name : ''),
    'VariableDeclarator:exit': leave,
    'TSAsExpression': (node) => { if (file.text.slice(node.typeAnnotation.start, node.typeAnnotation.end) !== 'const') report(node); },
    'TSTypeAssertion': report,
  });
  return found;
}

/** What is left when the exceptions are taken away; an exception that no longer fits its file is itself a violation. */
export function unexcusedAssertions(files: readonly SourceFile[], exceptions: readonly AssertionException[]): readonly Violation[] {
  const excusedCount = new Map(exceptions.map((one) => [one.path, one.count]));
  const unexcused = files.flatMap((file) => {
    const found = assertions(file);
    return found.length === excusedCount.get(file.path) ? [] : found;
  });
  const stale = exceptions.filter((one) => files.every((file) => file.path !== one.path || assertions(file).length !== one.count));
  return [...unexcused, ...stale.map((one) => ({ path: one.path, line: 1, rule: 'an exception fits its file', detail: `there are not ${one.count} type assertions any more: correct test/architecture/assertions.ts` }))];
}
