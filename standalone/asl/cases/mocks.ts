import type { Json } from '#stepfunctions/language';

import type { Mock } from './case-format.ts';
import { matches } from './wildcards.ts';

/** Gives each attempt of a task its answer. */
export type Mocks = {
  /** The answer to an attempt; undefined when none is left for that state. */
  readonly next: (state: string, argument: Json) => Mock | undefined;
};

/**
 * Answers in the order of scheduling. When attempts run side by side, that order is chance, so an entry whose arguments
 * are the attempt's own goes before the one whose turn it is.
 */
export function createMocks(recorded: { readonly [state: string]: readonly Mock[] }): Mocks {
  const left = new Map(Object.entries(recorded).map(([state, entries]) => [state, [...entries]]));
  return {
    next: (state, argument) => {
      const entries = left.get(state) ?? [];
      const position = entries.findIndex((entry) => entry.arguments === undefined || matches(entry.arguments, argument));
      const [chosen] = entries.splice(Math.max(position, 0), 1);
      return chosen;
    },
  };
}
