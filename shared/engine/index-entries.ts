import { readModels } from '#ports/read-model';
import type { ReadModelDocument, ReadModelName } from '#ports/read-model';

/** The pairs of index and value that a document is found by, each once. @throws Error for an index that the model does not have. */
export function indexEntries(model: ReadModelName, index: ReadModelDocument['index']): readonly (readonly [name: string, value: string])[] {
  return Object.entries(index).flatMap(([name, values]) => {
    requireIndex(model, name);
    return [...new Set([values].flat())].map((value) => [name, value] as const);
  });
}

/** The counted ones of an index's pairs, each as one text. */
export function countedEntries(model: ReadModelName, index: ReadModelDocument['index']): readonly string[] {
  const counted: readonly string[] = readModels[model].counted;
  return indexEntries(model, index).flatMap(([name, value]) => (counted.includes(name) ? [countedName(model, { index: name, value })] : []));
}

/** What a value of a counted index is counted under. @throws Error for an index that is not counted */
export function countedName(model: ReadModelName, { index, value }: { readonly index: string; readonly value: string }): string {
  const counted: readonly string[] = readModels[model].counted;
  if (!counted.includes(index)) throw new Error(`the read model ${model} does not count by the index ${index}`);
  return `${model}/${index}/${value}`;
}

/** An index that the model does not have is a mistake of the program: nothing from outside names one. @throws Error. */
export function requireIndex(model: ReadModelName, name: string): void {
  const indexes: readonly string[] = readModels[model].indexes;
  if (!indexes.includes(name)) throw new Error(`the read model ${model} has no index ${name}`);
}
