import { Composer, LineCounter, Parser, isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Document, ParsedNode } from 'yaml';

/** One document of a text: its value, and on which line a field of it stands. */
export type ParsedDocument = { readonly value: unknown; readonly lineOf: (path: readonly PropertyKey[]) => number };

/** What is wrong with a text before its meaning is looked at. */
export type TextFault = { readonly line: number; readonly reason: string };

/** Resources nest less than a third of this. */
const MAXIMUM_DEPTH = 32;
const MAXIMUM_DOCUMENTS = 500;

/** An alias repeats what it names; a few save typing, many multiply. */
const MAXIMUM_ALIASES = 50;

/** Keys that mean something else to JavaScript than to whoever wrote them. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses the documents of a YAML 1.2 or JSON text; empty ones are left out. Keys must be text and unique; tags of other types, too
 * many aliases, too deep nesting and too many documents are faults.
 */
export function parseDocuments(text: string): { readonly documents: readonly ParsedDocument[]; readonly faults: readonly TextFault[] } {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const tooDeep = offsetBeyondDepth(tokens);
  if (tooDeep !== undefined) return { documents: [], faults: [{ line: lines.linePos(tooDeep).line, reason: `is nested more than ${MAXIMUM_DEPTH} levels deep` }] };
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: true, strict: true, stringKeys: true, merge: false, resolveKnownTags: false, lineCounter: lines });
  const all = [...composer.compose(tokens)];
  const faults = all.flatMap((document) => faultsOf(document, lines));
  if (all.length > MAXIMUM_DOCUMENTS) faults.push({ line: 1, reason: `holds ${all.length} documents, and at most ${MAXIMUM_DOCUMENTS} are taken from one text` });
  if (faults.length > 0) return { documents: [], faults };
  return { documents: all.filter((document) => !isEmpty(document)).map((document) => ({ value: document.toJS({ maxAliasCount: MAXIMUM_ALIASES }), lineOf: (path) => lines.linePos(offsetOf(document, path)).line })), faults: [] };
}

function isEmpty(document: Document.Parsed): boolean {
  return document.contents === null || (isScalar(document.contents) && document.contents.value === null);
}

function faultsOf(document: Document.Parsed, lines: LineCounter): TextFault[] {
  const told = [...document.errors, ...document.warnings].map((one) => ({ line: lines.linePos(one.pos[0]).line, reason: one.message.replace(/ at line \d+[\s\S]*$/, '') }));
  const faults: TextFault[] = [...told];
  let aliases = 0;
  visit(document, (_, node, ancestors) => {
    if (isAlias(node)) {
      aliases += 1;
      const named = node.resolve(document);
      if (ancestors.some((one) => one === named)) faults.push({ line: lines.linePos(node.range?.[0] ?? 0).line, reason: `the alias *${node.source} stands in what it names` });
    }
    if (!isMap(node)) return;
    for (const { key } of node.items) {
      if (isScalar(key) && FORBIDDEN_KEYS.has(String(key.value))) faults.push({ line: lines.linePos(key.range?.[0] ?? 0).line, reason: `the key "${String(key.value)}" is not allowed` });
    }
  });
  if (aliases > MAXIMUM_ALIASES) faults.push({ line: 1, reason: `uses ${aliases} aliases, and at most ${MAXIMUM_ALIASES} are followed` });
  if (faults.length === 0) faults.push(...aliasFault(document));
  return faults;
}

/** Aliases of aliases multiply; the library counts what they come to while it resolves them, and stops. */
function aliasFault(document: Document.Parsed): TextFault[] {
  try {
    document.toJS({ maxAliasCount: MAXIMUM_ALIASES });
    return [];
  } catch (error) {
    if (error instanceof ReferenceError) return [{ line: 1, reason: error.message }];
    throw error;
  }
}

/** Where a field stands; for a missing one, where what should hold it begins. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: ParsedNode | null = document.contents;
  let offset = node?.range[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair: { readonly key: ParsedNode; readonly value: ParsedNode | null } | undefined = node.items.find(({ key }) => isScalar(key) && key.value === String(step));
      if (pair === undefined) return offset;
      offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      const item: ParsedNode | undefined = node.items[Number(step)];
      if (item === undefined) return offset;
      offset = item.range[0];
      node = item;
    } else return offset;
  }
  return offset;
}

/** Where a text is nested too deep, found without recursion, for the composer recurses. */
function offsetBeyondDepth(tokens: readonly unknown[]): number | undefined {
  const open: { readonly token: unknown; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (typeof token !== 'object' || token === null) continue;
    const items: readonly unknown[] = 'items' in token && Array.isArray(token.items) ? token.items : [];
    const isCollection = 'items' in token;
    if (isCollection && depth >= MAXIMUM_DEPTH) return 'offset' in token && typeof token.offset === 'number' ? token.offset : 0;
    const within = isCollection ? depth + 1 : depth;
    for (const item of items) open.push({ token: item, depth: within });
    if ('key' in token) open.push({ token: token.key, depth: within });
    if ('value' in token) open.push({ token: token.value, depth: within });
  }
  return undefined;
}
