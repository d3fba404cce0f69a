import type { JudgeVerdict } from '#domain/analysis/judge/judgement';

/** The judges of other tools. */
export const compatibilityJudges = ['kayenta', 'argo', 'flagger'] as const;

/** The name of one of them. */
export type CompatibilityJudgeName = (typeof compatibilityJudges)[number];

/** One round of such a judge: the look it stands at, what it says of each metric, and the whole. */
export type CompatibilityRound = { readonly look: number; readonly metrics: { readonly [metric: string]: string }; readonly result: string };

/**
 * The verdict of another tool's judge. Such a judge has a fixed horizon: it states no error rate, and looking at it more often makes it fail
 * more often.
 */
export type CompatibilityReport = { readonly judge: CompatibilityJudgeName; readonly fixedHorizon: true; readonly verdict: JudgeVerdict; readonly look: number; readonly reason: string; readonly looks: readonly CompatibilityRound[] };
