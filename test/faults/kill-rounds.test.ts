import { expect, it } from 'vitest';
import * as z from 'zod';

import { killRounds } from './kill-rounds.ts';

/** How many rounds, and which: a few, or what `npm run faults` asks for. */
const asked = process.env.SLUICE_FAULTS;
const { rounds, seed } = z.object({ rounds: z.int().min(1), seed: z.int() }).parse(asked === undefined ? { rounds: 4, seed: 7 } : JSON.parse(asked));

/** A round that is played for somebody is told. */
const say = (line: string) => {
  if (asked !== undefined) console.log(line);
};

it('real processes that are killed at moments of chance lose nothing, double nothing and fail no request', async () => {
  const result = await killRounds({ seed, rounds, say });
  say(JSON.stringify(result));
  expect(result.kills['control plane'] + result.kills.agent + result.kills.both).toBeGreaterThanOrEqual(rounds);
  expect(result.requests).toBeGreaterThan(20 * rounds);
  expect(result.writes).toBeGreaterThan(rounds);
});
