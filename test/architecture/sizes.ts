import { lineAt, visit } from './source-file.ts';
import type { SourceFile, Violation } from './source-file.ts';

type Node = { readonly start: number; readonly end: number };

/** The most lines that a function may have, by the folders in which it stands; the first that fits counts. An entry of AWS only translates. */
const MOST_LINES: readonly { readonly within: string; readonly lines: number }[] = [
  { within: 'functions/', lines: 40 },
  // What describes tests, and the suites of contracts, hold them all.
  { within: 'test/', lines: Infinity },
  { within: '', lines: 60 },
];

/** Finds functions that are too long to be read at once, from the first line of their parameters to the last of their body. */
export function longFunctions(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const most = MOST_LINES.find(({ within }) => file.path.startsWith(within))?.lines ?? 0;
  const measure = (node: Node) => {
    const line = lineAt(file.text, node.start);
    const lines = lineAt(file.text, node.end) - line + 1;
    if (lines > most) found.push({ path: file.path, line, rule: `a function has at most ${most} lines here`, detail: `this one has ${lines}` });
  };
  visit(file, { FunctionDeclaration: measure, FunctionExpression: measure, ArrowFunctionExpression: measure });
  return found;
}
