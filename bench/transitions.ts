import jsonata from 'jsonata';

import { runCases } from '#standalone/asl/run-cases';

import { alternating, ratePerSecond } from './measure.ts';
import type { BenchRow } from './measure.ts';

const ROUND_MILLISECONDS = 1000;

/** Each turn enters two states, and evaluates an expression in each. */
const TURNS = 500;

const loop = {
  QueryLanguage: 'JSONata', StartAt: 'Begin',
  States: {
    Begin: { Type: 'Pass', Assign: { count: 0 }, Next: 'Count' },
    Count: { Type: 'Pass', Assign: { count: '{% $count + 1 %}' }, Next: 'More' },
    More: { Type: 'Choice', Choices: [{ Condition: `{% $count < ${TURNS} %}`, Next: 'Count' }], Default: 'Done' },
    Done: { Type: 'Succeed' },
  },
} as const;

export const transitions: BenchRow = {
  what: 'State transitions of a machine, a sandboxed JSONata expression in each', unit: 'per second', comparedWith: 'the expressions alone, without sandbox',
  measure: async () => await alternating(
    async () => await ratePerSecond(ROUND_MILLISECONDS, () => {
      const [result] = [...runCases([{ id: 'loop', definition: loop }])];
      if (result?.status !== 'SUCCEEDED') throw new Error(`the machine ended as ${JSON.stringify(result)}`);
      return 2 * TURNS;
    }),
    async () => {
      const [add, compare] = [jsonata('$count + 1'), jsonata(`$count < ${TURNS}`)];
      return await ratePerSecond(ROUND_MILLISECONDS, async () => {
        for (let count = 0; count < TURNS; count += 1) {
          await add.evaluate(undefined, { count });
          await compare.evaluate(undefined, { count });
        }
        return 2 * TURNS;
      });
    },
  ),
};
