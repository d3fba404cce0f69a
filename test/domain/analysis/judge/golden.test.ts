import { describe, expect, it } from 'vitest';

import { judgeLooks, readJudgeInput } from '#domain/analysis/judge/judge-file';

import { readGolden } from '../golden/read-golden.ts';

/** Six digits are promised; nine are held. */
const DIGITS = 1e-9;

const { cases, madeBy } = readGolden();

describe(`the judge, beside an independent implementation (${madeBy})`, () => {
  it.each(cases)('agrees on: $name', ({ file, expected }) => {
    const read = readJudgeInput(file);
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    const report = judgeLooks(read.input);
    expect({ verdict: report.verdict, look: report.look, looks: report.looks.length }).toEqual({ verdict: expected.verdict, look: expected.look, looks: expected.looks.length });
    for (const [index, look] of expected.looks.entries()) {
      const found = report.looks[index];
      close(`${index} fail`, found?.logEvidence.fail, look.logEvidence.fail);
      for (const side of ['pass', 'metrics'] as const) {
        expect(Object.keys(found?.logEvidence[side] ?? {}).toSorted()).toEqual(Object.keys(look.logEvidence[side]).toSorted());
        for (const [metric, value] of Object.entries(look.logEvidence[side])) close(`${index} ${side} ${metric}`, found?.logEvidence[side][metric], value);
      }
      for (const [metric, interval] of Object.entries(look.ratio)) {
        if (interval === 'unchecked') continue;
        for (const end of [0, 1] as const) close(`${index} ratio ${metric} ${end}`, found?.ratio[metric]?.[end], interval[end]);
      }
    }
  });
});

function close(what: string, found: number | null | undefined, expected: number | null): void {
  const distance = found === expected ? 0 : Math.abs((found ?? Number.NaN) - (expected ?? Number.NaN));
  expect(distance, `${what}: ${found} beside ${expected}`).toBeLessThanOrEqual(DIGITS * Math.max(1, Math.abs(expected ?? 0)));
}
