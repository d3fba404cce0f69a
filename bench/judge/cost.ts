import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook, JudgeState } from '#domain/analysis/judge/judgement';
import { judgePolicy } from '#domain/analysis/judge/policy';

import { seededRandom } from './random.ts';
import { drawLook } from './traffic.ts';

/** What one look costs, per metric, and how large the state is. */
export type Cost = { readonly metric: string; readonly millisecondsPerLook: number; readonly stateBytes: number; readonly isSameOnReplay: boolean };

/** Looks to warm up with, and looks to measure. */
const WARM_UP = 60;
const MEASURED = 120;

/** Measures both default metrics at 5,000 requests a second, with everything that is told of a look: evidence, interval, and the state written and read. */
export function measureCost(seed: number): readonly Cost[] {
  const random = seededRandom(seed, 5000);
  const looks = Array.from({ length: WARM_UP + MEASURED }, () => drawLook(random, { requestsPerSecond: 5000, canaryShare: 0.1, stableErrors: 0.005, canaryErrors: 0.005, latency: { median: 0.1, factor: 1 } }));
  return [{ name: 'errors', kind: 'ratio' }, { name: 'latency', kind: 'distribution' }].map((metric) => {
    const judge = createJudge(judgePolicy.parse({ warmupSeconds: 0, metrics: [metric] }));
    const start = walk(judge, judge.start(), looks.slice(0, WARM_UP));
    const before = process.cpuUsage();
    const end = walk(judge, start, looks.slice(WARM_UP));
    const { user, system } = process.cpuUsage(before);
    const replayed = looks.reduce<JudgeState>((state, look) => judge.take(JSON.parse(JSON.stringify(state)), look), judge.start());
    return { metric: metric.name, millisecondsPerLook: (user + system) / 1000 / MEASURED, stateBytes: JSON.stringify(end).length, isSameOnReplay: JSON.stringify(replayed) === JSON.stringify(end) };
  });
}

function walk(judge: ReturnType<typeof createJudge>, from: JudgeState, looks: readonly JudgeLook[]): JudgeState {
  let state = from;
  for (const look of looks) {
    state = judge.take(state, look);
    judge.evidence(state);
  }
  return state;
}
