import type { SourceFile, Violation } from './source-file.ts';

/** Finds files that import themselves through others; one violation per circle, at the import that closes it. */
export function cycles(files: readonly SourceFile[]): readonly Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: Violation[] = [];

  const follow = (file: SourceFile, way: readonly string[]): void => {
    if (done.has(file.path)) return;
    for (const one of file.imports) {
      const next = one.target === null ? undefined : byPath.get(one.target);
      if (next === undefined) continue;
      const start = [...way, file.path].indexOf(next.path);
      if (start >= 0) found.push({ path: file.path, line: one.line, rule: 'no import goes in a circle', detail: [...way, file.path, next.path].slice(start).join(' → ') });
      else follow(next, [...way, file.path]);
    }
    done.add(file.path);
  };

  for (const file of files) follow(file, []);
  return found;
}
