import { readModels } from '#ports/read-model';
import type { ReadModelDocument, ReadModelName } from '#ports/read-model';

/** The pairs of index and value that a document is found by, each once. @throws Error for an index that the model does not have. */
export function indexEntries(model: ReadModelName, index: ReadModelDocument['index']): readonly (readonly [name: string, value: string])[] {
  return Object.entries(index).flatMap(([name, values]) => {
    requireIndex(model, name);
    return [...new Set([values].flat())].map((value) => [name, value] as const);
  });
}

/** An index that the model does not have is a mistake of the program: nothing from outside names one. @throws Error. */
export function requireIndex(model: ReadModelName, name: string): void {
  const indexes: readonly string[] = readModels[model].indexes;
  if (!indexes.includes(name)) throw new Error(`the read model ${model} has no index ${name}`);
}
