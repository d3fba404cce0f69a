import { Chance } from '../application/crash/chance.ts';

/**
 * The chance of one thing in a simulation, by its name. Each has its own numbers, so that what is left out of a history does not change
 * the luck of all the others.
 */
export function chanceOf(seed: number, name: string): Chance {
  return new Chance(digestOf(`${seed}/${name}`));
}

/** A number from one to another, both included. */
export function between(chance: Chance, least: number, most: number): number {
  return least + chance.below(most - least + 1);
}

/** One of some, all alike. */
export function oneOf<Item>(chance: Chance, items: readonly Item[]): Item {
  const found = items[chance.below(items.length)];
  if (found === undefined) throw new Error('there is nothing to choose from');
  return found;
}

/** FNV-1a with 32 bits (http://www.isthe.com/chongo/tech/comp/fnv), and a last stir, because names that differ in their last letter only come one after the other. */
function digestOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
