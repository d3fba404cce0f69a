import { deploymentIdOf } from '#domain/deployment/deployment-id';
import type { Ids } from '#ports/clock';

import type { Chance } from '../application/crash/chance.ts';

/** 32 bits at a time. */
const WORD = 2 ** 32;

/** Ids by the chance of a seed. */
export class SimulatedIds implements Ids {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  deployment(now: number): string {
    return deploymentIdOf(now, BigInt(`0x${this.#hexadecimal(2)}`));
  }

  trace(): string {
    return this.#hexadecimal(4);
  }

  secret(prefix: string): string {
    return `${prefix}${this.#hexadecimal(6)}`;
  }

  #hexadecimal(words: number): string {
    return Array.from({ length: words }, () => Math.floor(this.#chance.next() * WORD).toString(16).padStart(8, '0')).join('');
  }
}
