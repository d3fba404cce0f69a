import type { KayentaLabel } from '#domain/analysis/compatibility/kayenta-metric-classifier';

/** A classified metric, as far as the score needs it. */
export type ScoredMetric = { readonly name: string; readonly label: KayentaLabel; readonly isCritical: boolean; readonly groups: readonly string[]; readonly reason: string };

/** A score from 0 to 100 with that of each group, and why it is 0 where something decided it at once. */
export type KayentaScore = { readonly score: number; readonly groups: readonly { readonly name: string; readonly score: number; readonly hasNoData: boolean }[]; readonly reason: string | null };

/** This share of metrics without data ends a canary. */
const NO_DATA_PERCENT = 50;

/**
 * Kayenta's weighted sum: the share of passed metrics of each group, by the groups' weights; groups without a weight share what is left of
 * 100 evenly, groups without data count as 100. A critical metric that did not pass, or half of the metrics without data, make it 0.
 * Source: spinnaker/kayenta a69573be, WeightedSumScorer.
 */
export function kayentaScore(metrics: readonly ScoredMetric[], groupWeights: Readonly<Record<string, number>>): KayentaScore {
  const groups = groupScores(metrics);
  const critical = metrics.find((one) => one.isCritical && one.label !== 'Pass');
  if (critical !== undefined) return { score: 0, groups, reason: `the critical metric ${critical.name} ${critical.reason}` };
  const silent = metrics.filter((one) => one.label === 'Nodata').length;
  if ((silent / metrics.length) * 100 >= NO_DATA_PERCENT) return { score: 0, groups, reason: `${silent} of ${metrics.length} metrics have no data` };
  const unweighted = groups.filter((one) => groupWeights[one.name] === undefined).length;
  const rest = (100 - Object.values(groupWeights).reduce((sum, one) => sum + one, 0)) / Math.max(1, unweighted);
  const sum = groups.reduce((total, one) => total + (one.hasNoData ? 100 : one.score) * ((groupWeights[one.name] ?? rest) / 100), 0);
  return { score: Math.round(sum * 100) / 100, groups, reason: null };
}

function groupScores(metrics: readonly ScoredMetric[]): KayentaScore['groups'] {
  const names = [...new Set(metrics.flatMap((one) => one.groups))];
  return names.map((name) => {
    const labels = metrics.filter((one) => one.groups.includes(name)).map((one) => one.label);
    const passed = labels.filter((label) => label === 'Pass').length;
    const counted = labels.filter((label) => label !== 'Nodata' && label !== 'Error').length;
    return { name, score: counted === 0 ? 0 : (passed / counted) * 100, hasNoData: counted === 0 };
  });
}
