import { lineAt, visit } from './source-file.ts';
import type { SourceFile, Violation } from './source-file.ts';

/** Names that bring in the clock, chance, the outside or waiting. */
const IMPURE_NAMES = new Set([
  'process', 'fetch', 'console', 'globalThis', 'performance', 'crypto', 'Promise', 'WebSocket', 'queueMicrotask', 'setTimeout', 'setInterval', 'setImmediate',
]);
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random']);

/**
 * Finds what a pure file must not have: time and ids come in with the command, and the same input always gives the same output.
 * `new Date(text)` is fine, it only reads its argument.
 */
export function impurities(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const report = (node: { readonly start: number }, detail: string) => found.push({ path: file.path, line: lineAt(file.text, node.start), rule: 'domain and contracts are pure', detail });
  const asynchronous = (node: { readonly start: number; readonly async: boolean }) => { if (node.async) report(node, 'an async function'); };

  for (const one of file.imports) {
    if (one.specifier.startsWith('node:')) report({ start: offsetOfLine(file.text, one.line) }, `imports ${one.specifier}`);
  }
  const properties = new Set<number>();
  visit(file, {
    MemberExpression(node) {
      if (!node.computed) properties.add(node.property.start);
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const name = `${node.object.name}.${node.property.name}`;
      if (IMPURE_MEMBERS.has(name)) report(node, name);
    },
    Property(node) {
      if (!node.computed && !node.shorthand) properties.add(node.key.start);
    },
    TSPropertySignature(node) {
      properties.add(node.key.start);
    },
    Identifier(node) {
      if (IMPURE_NAMES.has(node.name) && !properties.has(node.start)) report(node, node.name);
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'new Date() without an argument');
    },
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date') report(node, 'Date()');
    },
    AwaitExpression(node) {
      report(node, 'await');
    },
    FunctionDeclaration: asynchronous,
    FunctionExpression: asynchronous,
    ArrowFunctionExpression: asynchronous,
  });
  return found.toSorted((one, other) => one.line - other.line);
}

function offsetOfLine(text: string, line: number): number {
  return text.split('\n').slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
}
