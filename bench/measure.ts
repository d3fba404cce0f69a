/** What a row's figures count. */
export type Unit = 'per second' | 'ms' | 's' | 'MiB' | 'KiB';

/** What a figure should be, on two processors that client and server share. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** What a row of the table is about. */
export type RowHead = {
  /** What is done; the row is known by it. */
  readonly what: string;
  readonly unit: Unit;
  readonly target?: Target;
  /** What Sluice is compared with, where something does the same work without it. */
  readonly comparedWith?: string;
  /** What there is ten and a hundred times as much of in the columns beside the figure, with how much of it the figure has. */
  readonly grows?: string;
};

/** What a row has, in its unit: Sluice's figure, that of what it is compared with, and Sluice's at ten and at a hundred times the work. */
export type Measured = { readonly sluice: number; readonly other?: number; readonly tenfold?: number; readonly hundredfold?: number };

/** One row, measured by itself. */
export type BenchRow = RowHead & { readonly measure: () => Promise<Measured> };

/** Whether more work than once is measured as well, which takes most of the time. */
export type MeasureOptions = { readonly grown: boolean };

/** Rows that are measured in one go; the answers are in the order of the rows. */
export type Bench = { readonly rows: readonly RowHead[]; readonly measure: (options: MeasureOptions) => Promise<readonly Measured[]> };

/** A row that is measured by itself. */
export function alone({ measure, ...row }: BenchRow): Bench {
  return { rows: [row], measure: async () => [await measure()] };
}

/** Measures some work, and ten times and a hundred times as much of it if asked to, and puts the figures of each row side by side. */
export async function growing(work: number, { grown }: MeasureOptions, measure: (work: number) => Promise<readonly number[]>): Promise<readonly Measured[]> {
  const runs: (readonly number[])[] = [];
  for (const factor of grown ? [1, 10, 100] : [1]) runs.push(await measure(work * factor));
  return sideBySide(runs);
}

/** The figures of one to three runs, by row. */
export function sideBySide([once = [], tenfold, hundredfold]: readonly (readonly number[])[]): readonly Measured[] {
  return once.map((sluice, row) => {
    const [ten, hundred] = [tenfold?.[row], hundredfold?.[row]];
    return { sluice, ...(ten === undefined ? {} : { tenfold: ten }), ...(hundred === undefined ? {} : { hundredfold: hundred }) };
  });
}

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

/** The value that a share of the values lies below: 0.99 for the p99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How often work is done in a second, when it is done over and over for so long. */
export async function ratePerSecond(milliseconds: number, work: () => Promise<number> | number): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < milliseconds) done += await work();
  return (done * 1000) / (performance.now() - start);
}
