/** ln(e^a + e^b) without overflow; −Infinity stands for 0. */
export function logAdd(one: number, other: number): number {
  const [low, high] = one < other ? [one, other] : [other, one];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/** ln Σ e^v without overflow; −Infinity of nothing. */
export function logSum(logs: readonly number[]): number {
  const highest = Math.max(-Infinity, ...logs);
  if (highest === -Infinity) return -Infinity;
  return highest + Math.log(logs.reduce((sum, one) => sum + Math.exp(one - highest), 0));
}

/** ln of the mean of e^v. */
export function logMean(logs: readonly number[]): number {
  return logSum(logs) - Math.log(logs.length);
}
