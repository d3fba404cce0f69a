import * as z from 'zod';

import { fileProblems, placeOf } from '#domain/analysis/judge/file-problem';
import type { FileProblem } from '#domain/analysis/judge/file-problem';
import type { JudgeLook } from '#domain/analysis/judge/judgement';
import { armLatency, latencyForm, latencySketchOf } from '#domain/analysis/judge/parse-latency';
import type { ArmLatency } from '#domain/analysis/judge/parse-latency';
import type { MetricCounts } from '#domain/analysis/judge/metric-track';
import type { JudgePolicy, JudgedMetric } from '#domain/analysis/judge/policy';

/** A look of 10 s at a hundred million requests a second. Up to here the likelihood of a look is exact to 10⁻⁶: ln 10⁹! ≈ 2·10¹⁰ has that many digits left. */
const MAXIMUM_COUNT = 1_000_000_000;

const count = z.int().min(0).max(MAXIMUM_COUNT);
const both = <Arm extends z.ZodType>(arm: Arm) => z.strictObject({ canary: arm, stable: arm });

const events = z.strictObject({ total: count, bad: count }).refine(({ total, bad }) => bad <= total, { path: ['bad'], error: 'must not be more than total' });
const rate = z.strictObject({ count, exposure: z.number().min(0) }).refine((one) => one.exposure > 0 || one.count === 0, { path: ['exposure'], error: 'must be more than 0 where something was counted' });
const mean = z.strictObject({ n: count, mean: z.number(), variance: z.number().min(0) });

const armSchemas = { ratio: both(events), rate: both(rate), mean: both(mean), distribution: both(armLatency) } as const;
const shape = z.strictObject({ metrics: z.record(z.string(), z.unknown()) });

/** Which buckets a distribution's latencies are counted in, once a look has told it. */
type Forms = Map<string, string>;

/** Reads looks by a policy: a metric that it does not name is a problem, one that a look lacks is none. All problems of the first look that has any. */
export function parseLooks(content: readonly unknown[], policy: JudgePolicy): { readonly looks: readonly JudgeLook[] } | { readonly problems: readonly FileProblem[] } {
  const metrics = new Map(policy.metrics.map((metric) => [metric.name, metric]));
  const forms: Forms = new Map();
  const looks: JudgeLook[] = [];
  for (const [index, one] of content.entries()) {
    const read = parseLook(one, { path: ['looks', index], metrics, forms });
    if ('problems' in read) return read;
    looks.push(read);
  }
  return { looks };
}

type At = { readonly path: readonly PropertyKey[]; readonly metrics: ReadonlyMap<string, JudgedMetric>; readonly forms: Forms };

function parseLook(content: unknown, at: At): JudgeLook | { readonly problems: readonly FileProblem[] } {
  const read = shape.safeParse(content);
  if (!read.success) return { problems: fileProblems(read.error, at.path) };
  const problems: FileProblem[] = [];
  const metrics: [string, MetricCounts][] = [];
  for (const [name, given] of Object.entries(read.data.metrics)) {
    const path = [...at.path, 'metrics', name];
    const metric = at.metrics.get(name);
    const counts = metric === undefined ? { problems: [{ place: placeOf(path), rule: `is no metric of the policy, which has ${[...at.metrics.keys()].join(', ')}` }] } : parseMetric(given, metric, { path, forms: at.forms });
    if ('problems' in counts) problems.push(...counts.problems);
    else metrics.push([name, counts]);
  }
  return problems.length > 0 ? { problems } : { metrics: Object.fromEntries(metrics) };
}

function parseMetric(given: unknown, metric: JudgedMetric, at: { readonly path: readonly PropertyKey[]; readonly forms: Forms }): MetricCounts | { readonly problems: readonly FileProblem[] } {
  switch (metric.kind) {
    case 'ratio': {
      const read = armSchemas.ratio.safeParse(given);
      return read.success ? { kind: 'counts', ...read.data } : { problems: fileProblems(read.error, at.path) };
    }
    case 'rate': {
      const read = armSchemas.rate.safeParse(given);
      if (!read.success) return { problems: fileProblems(read.error, at.path) };
      const { canary, stable } = read.data;
      return { kind: 'counts', canary: { total: canary.exposure, bad: canary.count }, stable: { total: stable.exposure, bad: stable.count } };
    }
    case 'mean': {
      const read = armSchemas.mean.safeParse(given);
      return read.success ? { kind: 'mean', ...read.data } : { problems: fileProblems(read.error, at.path) };
    }
    case 'distribution': {
      const read = armSchemas.distribution.safeParse(given);
      return read.success ? latenciesOf(read.data, metric.sketchAccuracy, { ...at, name: metric.name }) : { problems: fileProblems(read.error, at.path) };
    }
  }
}

/** Counts of different buckets cannot be compared, neither between the arms nor with the looks before. */
function latenciesOf(arms: { readonly canary: ArmLatency; readonly stable: ArmLatency }, accuracy: number, at: { readonly path: readonly PropertyKey[]; readonly forms: Forms; readonly name: string }): MetricCounts | { readonly problems: readonly FileProblem[] } {
  for (const arm of ['stable', 'canary'] as const) {
    const { form } = latencyForm(arms[arm]);
    const before = at.forms.get(at.name) ?? form;
    at.forms.set(at.name, before);
    if (before !== form) return { problems: [{ place: placeOf([...at.path, arm]), rule: `must be counted in the same buckets as all before it: ${before}, not ${form}` }] };
  }
  return { kind: 'latency', bounds: latencyForm(arms.stable).bounds, canary: latencySketchOf(arms.canary, accuracy), stable: latencySketchOf(arms.stable, accuracy) };
}
