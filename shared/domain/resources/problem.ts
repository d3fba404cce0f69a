/** A rule that a document breaks: the field by its dotted path, what it must be, and the value as given (absent for a missing one). */
export type ResourceProblem = { readonly field: string; readonly rule: string; readonly value?: unknown };

/** Names each entry that repeats the text of an earlier one; `undefined` repeats nothing. */
export function repetitions(texts: readonly (string | undefined)[], problem: (index: number) => ResourceProblem): readonly ResourceProblem[] {
  return texts.flatMap((text, index) => (text !== undefined && texts.indexOf(text) < index ? [problem(index)] : []));
}
