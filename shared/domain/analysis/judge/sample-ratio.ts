import { logOtherSplit } from '#domain/analysis/statistics/split-evidence';

/** The requests of both arms under the weight that was commanded last, and the evidence from weights before it. Plain JSON. */
export type SampleRatio = { readonly logBefore: number; readonly weightPercent: number | null; readonly canary: number; readonly total: number };

/** What the check says: `isOff` holds the rollout and warns; it never counts as evidence for or against the canary. */
export type SampleRatioFinding = { readonly isOff: boolean; readonly logEvidence: number; readonly reason: string };

/** The weight of the prior, in requests: as much as 100 of them lie at the commanded share. */
const PRIOR_REQUESTS = 100;

/** A router that does what it is told is accused once in a thousand deployments, however often it is looked at. */
const LOG_THRESHOLD = Math.log(1000);

/** Before the first look. */
export const NO_SAMPLE_RATIO: SampleRatio = { logBefore: 0, weightPercent: null, canary: 0, total: 0 };

/** After one more look. A new weight begins a new factor of the evidence, which is no worse an e-value than one of them. Weights of 0 and 100 say nothing. */
export function addToSampleRatio(before: SampleRatio, look: { readonly weightPercent: number; readonly canary: number; readonly stable: number }): SampleRatio {
  if (look.weightPercent <= 0 || look.weightPercent >= 100) return before;
  const total = look.canary + look.stable;
  if (look.weightPercent === before.weightPercent) return { ...before, canary: before.canary + look.canary, total: before.total + total };
  return { logBefore: before.logBefore + evidenceOf(before), weightPercent: look.weightPercent, canary: look.canary, total };
}

/**
 * Whether the canary's share of the requests is not the weight that was asked for.
 * Source: Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022 (sample ratio mismatch).
 */
export function checkSampleRatio(ratio: SampleRatio): SampleRatioFinding {
  const logEvidence = ratio.logBefore + evidenceOf(ratio);
  const isOff = logEvidence >= LOG_THRESHOLD;
  if (ratio.weightPercent === null || ratio.total === 0) return { isOff, logEvidence, reason: 'no requests yet' };
  const share = Number(((100 * ratio.canary) / ratio.total).toPrecision(3));
  const said = `the canary had ${share} % of ${ratio.total.toLocaleString('en')} requests at a weight of ${ratio.weightPercent} %`;
  return { isOff, logEvidence, reason: isOff ? `${said}: traffic is not routed as commanded` : said };
}

function evidenceOf({ weightPercent, canary, total }: SampleRatio): number {
  if (weightPercent === null) return 0;
  const share = weightPercent / 100;
  return logOtherSplit({ share, a: PRIOR_REQUESTS * share, b: PRIOR_REQUESTS * (1 - share) }, { canary, total });
}
