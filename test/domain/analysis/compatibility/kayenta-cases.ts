import * as z from 'zod';

import { readShared } from '#test/shared-data';

const values = z.array(z.union([z.number(), z.literal('NaN').transform(() => Number.NaN)]));
const thresholds = z.object({ decrease: z.number(), increase: z.number() });
const named = { name: z.string() };

const classifierCase = z.object({
  suite: z.literal('ClassifierSuite'), ...named, experiment: values, control: values, classifier: z.enum(['MannWhitney', 'MeanInequality']),
  params: z.object({ tolerance: z.number(), confLevel: z.number(), effectSizeThresholds: thresholds.optional(), criticalThresholds: thresholds.optional(), effectSizeMeasure: z.enum(['meanRatio', 'cles']).optional() }).optional(),
  direction: z.enum(['increase', 'decrease', 'either']), nanStrategy: z.enum(['remove', 'replace']), isCriticalMetric: z.boolean(),
  expected: z.strictObject({ classification: z.string().optional(), critical: z.boolean().optional(), deviation: z.union([z.number(), z.literal('NaN')]).optional(), reasonNotEmpty: z.boolean().optional() }),
});
const shiftCase = z.object({
  suite: z.literal('MannWhitneySuite'), ...named, x: values.optional(), y: values.optional(), experiment: values.optional(), control: values.optional(), experimentData: values.optional(), controlData: values.optional(),
  constants: z.record(z.string(), z.number()), assertions: z.array(z.string()), confidenceLevel: z.number(), E: z.number(),
});
const scoreCase = z.object({
  suite: z.literal('ScorerSuite'), ...named, groupWeights: z.record(z.string(), z.number()),
  results: z.array(z.object({ name: z.string(), classification: z.enum(['Pass', 'High', 'Low', 'Nodata', 'NodataFailMetric', 'Error']), groups: z.array(z.string()), critical: z.boolean() })),
  expected: z.strictObject({ summaryScore: z.number(), groupScores: z.record(z.string(), z.number()).optional(), groupScoresSorted: z.array(z.number()).optional() }),
});
const detectorCase = z.object({ suite: z.literal('DetectorSuite'), ...named, detector: z.enum(['KSigma', 'IQR']), factor: z.number(), data: values, expected: z.object({ outlier: z.array(z.boolean()) }) });
const transformCase = z.object({ suite: z.literal('TransformSuite'), ...named, op: z.string(), data: values, expected: z.object({ values: values.optional() }) });
const statisticCase = z.object({ suite: z.literal('StatisticSuite'), ...named, arrays: z.record(z.string(), values), assertions: z.array(z.string()), truth: z.string().nullable() });

const cases = z.object({ cases: z.array(z.discriminatedUnion('suite', [classifierCase, shiftCase, scoreCase, detectorCase, transformCase, statisticCase])) });

export type KayentaCase = z.infer<typeof cases>['cases'][number];
export type StatisticCase = z.infer<typeof statisticCase>;
export type ShiftCase = z.infer<typeof shiftCase>;

/** Kayenta's own test cases, transcribed from its Scala suites (Apache-2.0). */
export function readKayentaCases(): readonly KayentaCase[] {
  return readShared('conformance/kayenta-cases.json', cases).cases;
}
