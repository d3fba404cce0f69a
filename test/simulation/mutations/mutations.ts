import type { InvariantName } from '../broken-invariant.ts';

/** A deliberate mistake in the system: what is replaced by what, in one file, and how the simulation finds it. */
export type Mutation = {
  readonly name: string;
  /** What is wrong then, in words. */
  readonly mistake: string;
  /** The file, from the root of the project. */
  readonly file: string;
  /** A text that the file has exactly once, and what stands in its place. */
  readonly replace: string;
  readonly by: string;
  /** A seed that finds it, and the invariant that it finds broken. */
  readonly seed: number;
  readonly invariant: InvariantName;
};

/** The mistakes that the simulation is shown to find. */
export const mutations: readonly Mutation[] = [];
