import fc from 'fast-check';

import { createJudge } from '#domain/analysis/judge/judge-canary';
import type { JudgeLook, JudgeState } from '#domain/analysis/judge/judgement';
import { judgePolicy } from '#domain/analysis/judge/policy';

/** A count of requests with some bad ones among them. */
const events = (most: number) => fc.integer({ min: 0, max: most }).chain((total) => fc.integer({ min: 0, max: total }).map((bad) => ({ total, bad })));

/** One look at a ratio called errors. */
export const errorsLook: fc.Arbitrary<JudgeLook> = fc.record({ canary: events(200), stable: events(600) }).map((arms) => ({ metrics: { errors: { kind: 'counts', ...arms } } }));

/** One look at a distribution called latency, of a few logarithmic buckets. */
export const latencyLook: fc.Arbitrary<JudgeLook> = fc.record({ canary: sketch(), stable: sketch() }).map((arms) => ({ metrics: { latency: { kind: 'latency', bounds: null, ...arms } } }));

/** One look at both. */
export const fullLook: fc.Arbitrary<JudgeLook> = fc.tuple(errorsLook, latencyLook).map(([one, other]) => ({ metrics: { ...one.metrics, ...other.metrics } }));

/** The looks as if canary and stable had changed places. */
export function swapped(look: JudgeLook): JudgeLook {
  return { metrics: Object.fromEntries(Object.entries(look.metrics).map(([name, counts]) => [name, swap(counts)])) };
}

/** A judge of ratios only, whose policy differs from the default by what is given; it looks for a thousand looks. */
export function ratioJudge(metric: object, policy: object = {}) {
  return createJudge(judgePolicy.parse({ horizonSeconds: 10_000, warmupSeconds: 0, ...policy, metrics: [{ name: 'errors', kind: 'ratio', ...metric }] }));
}

/** The state after all looks. */
export function after(judge: ReturnType<typeof createJudge>, looks: readonly JudgeLook[]): JudgeState {
  return looks.reduce((state, look) => judge.take(state, look), judge.start());
}

function sketch() {
  const bucket = fc.tuple(fc.integer({ min: -120, max: -90 }), fc.integer({ min: 1, max: 30 }));
  return fc.record({ zeros: fc.integer({ min: 0, max: 3 }), buckets: fc.uniqueArray(bucket, { selector: ([index]) => index, maxLength: 12 }).map((all) => all.toSorted(([one], [other]) => one - other)) });
}

function swap(counts: JudgeLook['metrics'][string]): JudgeLook['metrics'][string] {
  switch (counts.kind) {
    case 'counts': return { kind: 'counts', canary: counts.stable, stable: counts.canary };
    case 'latency': return { kind: 'latency', bounds: counts.bounds, canary: counts.stable, stable: counts.canary };
    case 'mean': return { kind: 'mean', canary: counts.stable, stable: counts.canary };
  }
}
