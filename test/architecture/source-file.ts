import { posix } from 'node:path';

import { parseSync, Visitor } from 'oxc-parser';
import type { Program, VisitorObject } from 'oxc-parser';

import { packageJson, readProjectFile } from './project.ts';

/** One import, or one export from another file. */
export type Import = {
  readonly specifier: string;
  /** The path from the root where it leads to a file of ours; `null` for a package or a module of Node. */
  readonly target: string | null;
  /** The package's name, or `node:…`; `null` for a file of ours. */
  readonly package: string | null;
  readonly line: number;
  readonly isReexport: boolean;
  /** `import('…')`, which loads only when the code gets there. */
  readonly isLazy: boolean;
  /** Leaves nothing in the compiled JavaScript. */
  readonly isTypeOnly: boolean;
};

/** A parsed TypeScript file. */
export type SourceFile = {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly imports: readonly Import[];
};

/** Something that breaks a rule: shown as `file:line rule: detail`. */
export type Violation = { readonly path: string; readonly line: number; readonly rule: string; readonly detail: string };

/** Reads and parses a file of the project. */
export function readSource(path: string): SourceFile {
  return parseSource(path, readProjectFile(path));
}

/** Parses the text of a file; throws where it is no TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text, { lang: 'ts', sourceType: 'module' });
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors.map((error) => error.message).join('; ')}`);
  const at = (offset: number) => lineAt(text, offset);
  const isNamedHere = (specifier: string) => !specifier.includes('${');
  return {
    path, text, program,
    imports: [
      ...module.staticImports.map((one) => ({
        ...destination(path, one.moduleRequest.value), line: at(one.start), isReexport: false, isLazy: false, isTypeOnly: one.entries.length > 0 && one.entries.every((entry) => entry.isType),
      })),
      ...module.staticExports.flatMap((one) => one.entries.flatMap((entry) => (entry.moduleRequest === null ? [] : [{
        ...destination(path, entry.moduleRequest.value), line: at(one.start), isReexport: true, isLazy: false, isTypeOnly: entry.isType,
      }]))),
      ...module.dynamicImports.map((one) => ({ specifier: text.slice(one.moduleRequest.start + 1, one.moduleRequest.end - 1), line: at(one.start) }))
        .filter(({ specifier }) => isNamedHere(specifier))
        .map(({ specifier, line }) => ({ ...destination(path, specifier), line, isReexport: false, isLazy: true, isTypeOnly: false })),
    ],
  };
}

/** Walks the file's syntax tree; the line of a node is `lineAt(file.text, node.start)`. */
export function visit(file: SourceFile, visitor: VisitorObject): void {
  new Visitor(visitor).visit(file.program);
}

/** The line, from 1, of a character offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** How a test shows what it found. */
export function show(violations: readonly Violation[]): readonly string[] {
  return violations.map((one) => `${one.path}:${one.line} ${one.rule}: ${one.detail}`);
}

function destination(from: string, specifier: string): Pick<Import, 'specifier' | 'target' | 'package'> {
  if (specifier.startsWith('.')) return { specifier, target: posix.join(posix.dirname(from), specifier), package: null };
  if (specifier.startsWith('#')) return { specifier, target: subpath(specifier), package: null };
  const parts = specifier.split('/');
  return { specifier, target: null, package: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}

/** `#domain/a/b` leads where the imports of package.json say. */
function subpath(specifier: string): string {
  for (const [pattern, { 'sluice-source': path }] of Object.entries(packageJson.imports)) {
    const prefix = pattern.replace('*', '');
    if (specifier.startsWith(prefix)) return posix.normalize(path.replace('*', specifier.slice(prefix.length)));
  }
  throw new Error(`${specifier} is not among the imports of package.json`);
}
