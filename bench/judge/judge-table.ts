import { percent } from './goals.ts';
import type { Goal } from './goals.ts';
import type { Scenario } from './scenarios.ts';
import type { Outcome } from './simulate.ts';

/** What the tables stand between in docs/judge.md. */
export const JUDGE_MARKERS = { begin: '<!-- bench:judge: `npm run bench:judge -- --full --write` writes what stands here -->', end: '<!-- end of bench:judge -->' } as const;

/** One scenario with the outcome of each contender, in the order of the columns; `null` for who did not take part. */
export type ScenarioRow = { readonly scenario: Scenario; readonly outcomes: readonly (Outcome | null)[] };

/** The tables in Markdown: healthy canaries, worse ones, and the goals. */
export function judgeTables(given: { readonly names: readonly string[]; readonly rows: readonly ScenarioRow[]; readonly goals: readonly Goal[]; readonly seed: number; readonly isFull: boolean }): string {
  const head = (first: string) => [`| ${[first, ...given.names].join(' | ')} |`, `|${'---|'.repeat(given.names.length + 1)}`];
  const line = ({ scenario, outcomes }: ScenarioRow, cell: (outcome: Outcome) => string) => `| ${[scenario.name, ...outcomes.map((one) => (one === null ? '' : cell(one)))].join(' | ')} |`;
  const healthy = given.rows.filter(({ scenario }) => scenario.truth === 'healthy');
  const worse = given.rows.filter(({ scenario }) => scenario.truth === 'worse');
  return [
    '**A healthy canary**: how many were failed all the same; how many were passed, and after how many seconds (median).', '',
    ...head('The canary is as good'), ...healthy.map((row) => line(row, (one) => `**${percent(one.failShare)}** failed; ${percent(one.passShare)} passed${seconds(', ', one.passMedianSeconds)}`)), '',
    '**A canary that is worse**: how many were failed, after how many seconds (median / 95 of 100 runs); and how many were passed by mistake.', '',
    ...head('The canary is worse'), ...worse.map((row) => line(row, (one) => `${percent(one.failShare)}${seconds(', **', one.failMedianSeconds)}${one.failMedianSeconds === null ? '' : '**'}${seconds(' / ', one.failP95Seconds)}; ${percent(one.passShare)} passed`)), '',
    `Runs: ${given.rows.map(({ outcomes }) => outcomes[0]?.runs ?? 0).reduce((sum, one) => sum + one, 0).toLocaleString('en')} in all, ${Math.max(...given.rows.map(({ outcomes }) => outcomes[0]?.runs ?? 0)).toLocaleString('en')} of the first row; seed ${given.seed}.${given.isFull ? '' : ' So few show a rate of 5 %, and say little about medians and the last per cent.'}`, '',
    '| Goal | What | Measured | Holds |', '|---|---|---|---|', ...given.goals.map((one) => `| ${one.goal} | ${one.what} | ${one.measured} | ${one.holds ? 'yes' : '**no**'} |`),
  ].join('\n');
}

/** Puts the tables between the markers of a page. @throws when the page has none */
export function withJudgeTables(page: string, tables: string): string {
  const [begin, end] = [page.indexOf(JUDGE_MARKERS.begin), page.indexOf(JUDGE_MARKERS.end)];
  if (begin < 0 || end < begin) throw new Error(`the page has no place for the tables between ${JUDGE_MARKERS.begin} and ${JUDGE_MARKERS.end}`);
  return `${page.slice(0, begin + JUDGE_MARKERS.begin.length)}\n${tables}\n${page.slice(end)}`;
}

function seconds(before: string, value: number | null): string {
  return value === null ? '' : `${before}${value} s`;
}
