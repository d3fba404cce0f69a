import type { SourceFile, Violation } from './source-file.ts';

/** The files that may pass on what other files export: they are the published package's public faces. */
const PUBLIC_FACES = ['client/index.ts', 'cdk/index.ts', 'shared/domain/analysis/index.ts'];

/** Finds files that pass on the exports of others; they hide where a thing stands and make cycles easy. */
export function barrels(files: readonly SourceFile[]): readonly Violation[] {
  return files.filter((file) => !PUBLIC_FACES.includes(file.path)).flatMap((file) => file.imports.filter((one) => one.isReexport).map((one) => ({
    path: file.path, line: one.line, rule: 'only a public face passes on exports', detail: `exports from ${one.specifier}`,
  })));
}
