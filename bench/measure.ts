/** What one side of a row has, in the row's unit. */
export type Measured = { readonly sluice: number; readonly other: number };

/** One row of the table: Sluice beside something else that does the same work, measured in one run. */
export type BenchRow = {
  /** What is done; the row is known by it. */
  readonly what: string;
  readonly unit: 'per second' | 'ms';
  /** What Sluice is compared with. */
  readonly comparedWith: string;
  readonly measure: () => Promise<Measured>;
};

/** Each side is measured this often, one after the other, so that what else the machine does meets both. */
const ROUNDS = 5;

/** The medians of both sides over alternating rounds; a first round of each warms up and does not count. */
export async function alternating(sluice: () => Promise<number>, other: () => Promise<number>): Promise<Measured> {
  const figures: { sluice: number[]; other: number[] } = { sluice: [], other: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [ours, theirs] = [await sluice(), await other()];
    if (round === 0) continue;
    figures.sluice.push(ours);
    figures.other.push(theirs);
  }
  return { sluice: median(figures.sluice), other: median(figures.other) };
}

/** The middle of the values, or the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** How often work is done in a second, when it is done over and over for so long. */
export async function ratePerSecond(milliseconds: number, work: () => Promise<number> | number): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < milliseconds) done += await work();
  return (done * 1000) / (performance.now() - start);
}
