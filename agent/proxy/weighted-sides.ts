import type { SideName } from '#agent/proxy/configuration';

/** A whole number from 0 to below the limit, each as likely. */
export type Random = (limit: number) => number;

const BLOCK = 100;

/**
 * Chooses sides so that in every block of 100 choices exactly `weightPercent` go to the new side, at randomly shuffled positions: a
 * periodic choice would resonate with periodic traffic. A change of weight begins a new block.
 */
export class WeightedSides {
  readonly #random: Random;
  #weightPercent = -1;
  #block: SideName[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  next(weightPercent: number): SideName {
    if (weightPercent !== this.#weightPercent) {
      this.#weightPercent = weightPercent;
      this.#block = [];
    }
    if (this.#block.length === 0) this.#block = shuffledBlock(weightPercent, this.#random);
    return this.#block.pop() ?? 'stable';
  }
}

/** 100 positions in random order, each order as likely. Source: Fisher and Yates' shuffle in Durstenfeld's form (CACM 1964, algorithm 235). */
export function shuffledBlock(weightPercent: number, random: Random): SideName[] {
  const block = Array.from({ length: BLOCK }, (_, position): SideName => (position < weightPercent ? 'new' : 'stable'));
  for (let last = BLOCK - 1; last > 0; last -= 1) {
    const chosen = random(last + 1);
    const kept = block[last] ?? 'stable';
    block[last] = block[chosen] ?? 'stable';
    block[chosen] = kept;
  }
  return block;
}
