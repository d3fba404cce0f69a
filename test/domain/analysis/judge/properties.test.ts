import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook, JudgeState } from '#domain/analysis/judge/judgement';
import { judgePolicy } from '#domain/analysis/judge/policy';

import { after, errorsLook, fullLook, latencyLook, ratioJudge, swapped } from './looks-of.ts';

const few = fc.array(errorsLook, { minLength: 1, maxLength: 12 });
const nothing: JudgeLook = { metrics: {} };
const RUNS = { numRuns: 60 } as const;
const both = createJudge(judgePolicy.parse({ warmupSeconds: 0, horizonSeconds: 300, minBakeSeconds: 20 }));

describe('the judge', () => {
  it('gives the same bits when its state is written as JSON and read again between looks', () => {
    fc.assert(fc.property(fc.array(fullLook, { minLength: 1, maxLength: 8 }), (looks) => {
      const plain = after(both, looks);
      const written = looks.reduce<JudgeState>((state, look) => both.take(JSON.parse(JSON.stringify(state)), look), both.start());
      expect(JSON.stringify(written)).toBe(JSON.stringify(plain));
      expect(both.evidence(JSON.parse(JSON.stringify(plain)))).toEqual(both.evidence(plain));
    }), RUNS);
  });

  it('mirrors the interval of the ratio when the arms change places', () => {
    const judge = ratioJudge({});
    fc.assert(fc.property(few, (looks) => {
      const [low = null, high = null] = judge.evidence(after(judge, looks)).ratio.errors ?? [];
      const [otherLow = null, otherHigh = null] = judge.evidence(after(judge, looks.map(swapped))).ratio.errors ?? [];
      for (const [one, other] of [[low, otherHigh], [high, otherLow]] as const) {
        expect(one === null).toBe(other === null);
        expect((one ?? 1) * (other ?? 1)).toBeCloseTo(1, 9);
      }
    }), RUNS);
  });

  it('says FAIL at m of swapped arms as it says PASS at 1/m', () => {
    const grid = [1.2, 2, 5];
    fc.assert(fc.property(few, fc.double({ min: 0.25, max: 4, noNaN: true }), (looks, margin) => {
      const judge = (question: object) => ratioJudge({ floor: null, failGrid: grid, passGrid: grid, ...question }, { onset: null });
      const [fails, passes] = [judge({ failMargin: margin }), judge({ passMargin: 1 / margin })];
      const fail = fails.evidence(after(fails, looks.map(swapped))).logEvidence.metrics.errors;
      expect(fail).toBeCloseTo(passes.evidence(after(passes, looks)).logEvidence.pass.errors ?? Number.NaN, 9);
    }), RUNS);
  });

  it('changes no evidence by an empty look, and without onset none later', () => {
    const [judge, plain] = [ratioJudge({}), ratioJudge({}, { onset: null })];
    fc.assert(fc.property(few, few, (before, later) => {
      for (const one of [judge, plain]) expectSame(one.evidence(after(one, [...before, nothing])), one.evidence(after(one, before)));
      expectSame(plain.evidence(after(plain, [...before, nothing, ...later])), plain.evidence(after(plain, [...before, ...later])));
    }), RUNS);
  });

  it('gives the same bits in whatever order the metrics stand', () => {
    const metrics = [{ name: 'errors', kind: 'ratio', weight: 0.3 }, { name: 'latency', kind: 'distribution', weight: 0.1 }, { name: 'bad', kind: 'ratio', weight: 0.7 }] as const;
    const judgeOf = (order: typeof metrics[number][]) => createJudge(judgePolicy.parse({ warmupSeconds: 0, metrics: order }));
    fc.assert(fc.property(fc.array(fullLook, { minLength: 1, maxLength: 4 }), fc.shuffledSubarray([...metrics], { minLength: 3 }), (looks, order) => {
      const [one, other] = [judgeOf([...metrics]), judgeOf(order)];
      const full = looks.map((look) => ({ metrics: { ...look.metrics, ...(look.metrics.errors === undefined ? {} : { bad: look.metrics.errors }) } }));
      expect(JSON.stringify(other.evidence(after(other, full)))).toBe(JSON.stringify(one.evidence(after(one, full))));
    }), { numRuns: 25 });
  });

  it('keeps its state below eight kilobytes a metric, however many looks it took', () => {
    fc.assert(fc.property(fc.array(fullLook, { minLength: 1, maxLength: 3 }), (looks) => {
      const { tracks } = after(both, Array.from({ length: 10 }, () => looks).flat());
      for (const track of Object.values(tracks)) expect(JSON.stringify(track).length).toBeLessThan(8192);
    }), { numRuns: 10 });
  });

  it('never counts the latencies of a look against thresholds of the same look', () => {
    fc.assert(fc.property(latencyLook, (look) => {
      expect(both.evidence(after(both, [look])).logEvidence).toMatchObject({ metrics: { latency: 0 }, pass: { latency: 0 } });
    }), RUNS);
  });

  it('changes nothing after its horizon', () => {
    const judge = ratioJudge({}, { horizonSeconds: 20 });
    fc.assert(fc.property(few, (looks) => {
      const state = after(judge, [nothing, nothing]);
      expect(after(judge, [nothing, nothing, ...looks])).toEqual(state);
      expect(judge.judgement(state).verdict).toBe('Inconclusive');
    }), { numRuns: 5 });
  });
});

function expectSame(one: ReturnType<typeof both.evidence>, other: ReturnType<typeof both.evidence>): void {
  expect(one.ratio).toEqual(other.ratio);
  const flat = ({ logEvidence }: typeof one) => [logEvidence.fail, ...Object.values(logEvidence.pass), ...Object.values(logEvidence.metrics)];
  for (const [index, value] of flat(one).entries()) expect(value).toBeCloseTo(flat(other)[index] ?? Number.NaN, 9);
}
