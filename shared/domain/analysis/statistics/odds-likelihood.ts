import type { ArmCounts } from '#domain/analysis/statistics/arm-counts';
import { logGamma, stirlingRemainder } from '#domain/analysis/statistics/special-functions';

/** Terms below this share of the sum are left out. They fall off at least geometrically, so all of them together change no twelfth digit. */
const NEGLIGIBLE = 1e-15;

/**
 * Up to this term the sum begins at its first, which is exactly 1; beyond it at its largest, by logarithms. Terms grow by at most
 * bad × (ψ − 1) ≤ 10¹³ each (10⁷ bad requests in a look, ψ ≤ 10⁶), and 10²⁰⁸ is still a double.
 */
const FROM_START_UP_TO = 16;

/**
 * The log-likelihood of an odds ratio between the arms, given one look's margins (who had how many requests, and how many were bad in
 * all): l(ψ) = x ln ψ − ln E[ψ^X], X ~ Hypergeometric(N = all requests, K = all bad, n = the canary's). Takes ln ψ; l at ln ψ = 0 is 0.
 *
 * E[ψ^X] = Σ C(K,i) (n)_i ÷ (N)_i (ψ − 1)^i has positive terms only for ψ ≥ 1; for ψ < 1 the arms change places. Only the window around
 * the largest term is summed. Swapped arms and −ln ψ give the very same number.
 * Source: Fisher's noncentral hypergeometric distribution; research notes of the project, "stratified conditional e-process".
 */
export function oddsLogLikelihood(counts: ArmCounts, logOdds: number): number {
  const { canary, stable } = counts;
  const bad = canary.bad + stable.bad;
  if (bad === 0 || logOdds === 0 || canary.total === 0 || stable.total === 0) return 0;
  const [arm, rate] = logOdds > 0 ? [canary, logOdds] : [stable, -logOdds];
  const value = arm.bad * rate - logMomentSum({ bad, arm: arm.total, all: canary.total + stable.total, excess: Math.expm1(rate) });
  // −0 would not survive being written as JSON.
  return value + 0;
}

type Sum = { readonly bad: number; readonly arm: number; readonly all: number; readonly excess: number };

/** ln Σ_i C(bad, i) (arm)_i ÷ (all)_i excess^i. */
function logMomentSum(sum: Sum): number {
  const last = Math.min(sum.bad, sum.arm);
  const mode = modeOf(sum, last);
  if (mode <= FROM_START_UP_TO) return Math.log(1 + upwards(sum, 0, last));
  return logTerm(sum, mode) + Math.log(1 + upwards(sum, mode, last) + downwards(sum, mode));
}

/** The terms above one, as multiples of it. */
function upwards({ bad, arm, all, excess }: Sum, from: number, last: number): number {
  let term = 1;
  let total = 0;
  for (let i = from; i < last; i += 1) {
    const factor = (((bad - i) * (arm - i)) / ((i + 1) * (all - i))) * excess;
    term *= factor;
    total += term;
    if (factor < 1 && term < NEGLIGIBLE * (1 + total)) break;
  }
  return total;
}

/** The terms below one, as multiples of it. */
function downwards({ bad, arm, all, excess }: Sum, from: number): number {
  let term = 1;
  let total = 0;
  for (let i = from; i > 0; i -= 1) {
    const factor = (i * (all - i + 1)) / ((bad - i + 1) * (arm - i + 1) * excess);
    term *= factor;
    total += term;
    if (factor < 1 && term < NEGLIGIBLE * (1 + total)) break;
  }
  return total;
}

/** Where the terms stop growing: the smaller root of (bad − i)(arm − i) excess = (i + 1)(all − i). */
function modeOf({ bad, arm, all, excess }: Sum, last: number): number {
  const square = excess + 1;
  const linear = excess * (bad + arm) + all - 1;
  const constant = excess * bad * arm - all;
  if (constant <= 0) return 0;
  const root = (2 * constant) / (linear + Math.sqrt(Math.max(0, linear * linear - 4 * square * constant)));
  return Math.max(0, Math.min(last, Math.floor(root) + 1));
}

function logTerm({ bad, arm, all, excess }: Sum, i: number): number {
  return logFalling(bad, i) + logFalling(arm, i) - logFalling(all, i) - logGamma(i + 1) + i * Math.log(excess);
}

/** ln of n(n − 1)…(n − i + 1), as a difference that does not cancel where both ends are large. */
function logFalling(n: number, i: number): number {
  const rest = n - i;
  if (rest < 12) return logGamma(n + 1) - logGamma(rest + 1);
  return i * Math.log(n) - (rest + 0.5) * Math.log1p(-i / n) - i + stirlingRemainder(n) - stirlingRemainder(rest);
}
