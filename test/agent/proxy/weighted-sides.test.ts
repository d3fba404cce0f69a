import { randomInt } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { shuffledBlock, WeightedSides } from '#agent/proxy/weighted-sides';

/** A seeded generator (mulberry32), so that a failing block can be had again. */
function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
}

describe('weighted sides', () => {
  it('gives the new side exactly its weight in every block of 100, whatever the weight and the chance', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), fc.integer(), fc.integer({ min: 1, max: 5 }), (weightPercent, seed, blocks) => {
      const sides = new WeightedSides(seeded(seed));
      for (let block = 0; block < blocks; block += 1) {
        const chosen = Array.from({ length: 100 }, () => sides.next(weightPercent));
        expect(chosen.filter((side) => side === 'new')).toHaveLength(weightPercent);
      }
    }));
  });

  it('begins a new block when the weight changes, so that the next 100 have the new weight', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 99 }), (before, after, used) => {
      fc.pre(before !== after);
      const sides = new WeightedSides(seeded(1));
      for (let count = 0; count < used; count += 1) sides.next(before);
      expect(Array.from({ length: 100 }, () => sides.next(after)).filter((side) => side === 'new')).toHaveLength(after);
    }));
  });

  it('spreads the new side evenly over all positions', () => {
    const hits = Array.from({ length: 100 }, () => 0);
    for (let block = 0; block < 2000; block += 1) shuffledBlock(10, seeded(block)).forEach((side, position) => { if (side === 'new') hits[position] = (hits[position] ?? 0) + 1; });
    // 2000 blocks, each position new with p = 0.1: 200 expected, standard deviation √(2000 · 0.1 · 0.9) = 13.4; six of them are 80.
    expect(Math.min(...hits)).toBeGreaterThan(120);
    expect(Math.max(...hits)).toBeLessThan(280);
  });

  it('puts the new side at other positions in other blocks', () => {
    const blocks = new Set(Array.from({ length: 50 }, () => shuffledBlock(10, (limit) => randomInt(limit)).join()));
    // Two of 50 blocks are equal with a chance of 1225 ÷ C(100,10) ≈ 7 · 10⁻¹¹.
    expect(blocks.size).toBe(50);
  });
});
