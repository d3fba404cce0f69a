import { lineAt, visit } from './source-file.ts';
import type { SourceFile, Violation } from './source-file.ts';

/** A file in which the compiler cannot follow, how often, and why not. */
export type AssertionException = { readonly path: string; readonly count: number; readonly reason: string };

/**
 * Where `as` stands outside a parser. In each, a table decides what the value is, and a type over that table says it once for all its
 * entries; the compiler does not carry that through `Object.entries`, an index by a generic name, or a union taken apart and put together.
 */
export const assertionExceptions: readonly AssertionException[] = [
  { path: 'shared/domain/deployment/command.ts', count: 1, reason: 'makes any event of the union from a type and the payload of that type' },
  { path: 'shared/domain/resources/strategy.ts', count: 1, reason: 'takes the defaults out of every field of a schema' },
  { path: 'shared/contracts/events.ts', count: 2, reason: 'makes the catalogue\'s entries from the table of payloads, by Object.entries' },
  { path: 'shared/contracts/http/deployment-routes.ts', count: 1, reason: 'makes the route of an action from the table of actions, by a generic name' },
  { path: 'shared/contracts/http/resource-routes.ts', count: 1, reason: 'adds two fields to any resource\'s schema' },
  { path: 'shared/application/http/request-handler.ts', count: 1, reason: 'puts together what was parsed by the schemas of the same operation' },
  { path: 'standalone/asl/json.ts', count: 1, reason: 'has looked at every value in it before' },
  { path: 'test/application/simulated-system.ts', count: 2, reason: 'calls the use case of any operation with what its schemas have parsed' },
  { path: 'test/application/crash/world.ts', count: 2, reason: 'calls the use case of any operation with what its schemas have parsed' },
];

/** The name of a function that has tested the value it asserts: what it returns has been checked at run time. */
const PARSER = /^parse([A-Z]|$)/;

/** The result of a schema, asserted on the spot. */
const PARSED = /\.parse\(/;

/**
 * Finds `value as Type` outside parsers: it silences the compiler instead of convincing it. `as const` says nothing but what is
 * written, and stays.
 */
export function assertions(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const functions: string[] = [];
  const enter = (name: string) => { functions.push(name); };
  const leave = () => { functions.pop(); };
  const report = (node: { readonly start: number; readonly end: number; readonly expression: { readonly start: number; readonly end: number } }) => {
    if (functions.some((name) => PARSER.test(name)) || PARSED.test(file.text.slice(node.expression.start, node.expression.end))) return;
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
