/** A text made ready for comparison without regard to case: per character, the forms it may take. */
export interface FoldedText {
  readonly forms: readonly (readonly string[])[];
}

/**
 * Prepares a text for comparison without regard to case. Each character matches its lower-case and its upper-case form,
 * which may differ in length (the upper-case form of ß is SS), as `equals-ignore-case` of aws/event-ruler defines it.
 */
export function foldText(text: string): FoldedText {
  return { forms: Array.from(text, (character) => [...new Set([character.toLowerCase(), character.toUpperCase()])]) };
}

/** Says whether the whole value, its beginning or its end is the folded text. Linear in the length of the text. */
export function foldedMatches(folded: FoldedText, value: string, part: 'whole' | 'prefix' | 'suffix'): boolean {
  const backwards = part === 'suffix';
  const forms = backwards ? folded.forms.toReversed() : folded.forms;
  let ends = new Set([backwards ? value.length : 0]);
  for (const alternatives of forms) {
    ends = new Set([...ends].flatMap((end) => advance(value, end, { alternatives, backwards })));
    if (ends.size === 0) return false;
  }
  return part === 'whole' ? ends.has(value.length) : true;
}

interface Step {
  readonly alternatives: readonly string[];
  readonly backwards: boolean;
}

/** Where the value stands after each alternative that continues it at the given place. */
function advance(value: string, place: number, step: Step): readonly number[] {
  return step.alternatives.flatMap((form) => {
    const start = step.backwards ? place - form.length : place;
    if (start < 0 || !value.startsWith(form, start)) return [];
    return [step.backwards ? start : start + form.length];
  });
}
