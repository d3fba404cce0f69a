import type { SourceFile, Violation } from './source-file.ts';

/** The one file that may pass on what other files export: it is the published package's public face. */
const PUBLIC_FACE = 'client/index.ts';

/** Finds files that pass on the exports of others; they hide where a thing stands and make cycles easy. */
export function barrels(files: readonly SourceFile[]): readonly Violation[] {
  return files.filter((file) => file.path !== PUBLIC_FACE).flatMap((file) => file.imports.filter((one) => one.isReexport).map((one) => ({
    path: file.path, line: one.line, rule: 'only client/index.ts passes on exports', detail: `exports from ${one.specifier}`,
  })));
}
