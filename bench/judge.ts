import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { judgeTables, withJudgeTables } from './judge/judge-table.ts';
import { runJudgeBench } from './judge/run-judge-bench.ts';
import { SEED } from './judge/simulate.ts';

const usage = `npm run bench:judge [-- OPTIONS]

Simulates canaries, healthy and worse, and judges them as Sluice does and as Kayenta, Argo Rollouts and Flagger would. The same seed gives
the same table. Without options it takes about a minute and fails only if healthy canaries are failed more often than promised (5 %).

  --full     as many runs as the table in docs/judge.md stands on (half an hour); fails if any goal is missed
  --seed N   another draw of the same
  --json     print one JSON object instead of Markdown
  --write    write the tables into docs/judge.md too
  --help     this text

Example: npm run bench:judge -- --seed 7
`;

type Options = { readonly full: boolean; readonly seed: number; readonly json: boolean; readonly write: boolean };

const asked = readOptions();
if (typeof asked === 'string') {
  process.stderr.write(`${asked}${usage}`);
  process.exitCode = asked === '' ? 0 : 2;
} else {
  run(asked);
}

/** The options, or what is wrong with them; nothing where help is asked for. */
function readOptions(): Options | string {
  try {
    const { values } = parseArgs({ options: { full: { type: 'boolean', default: false }, seed: { type: 'string', default: String(SEED) }, json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
    if (values.help) return '';
    if (!/^\d{1,9}$/.test(values.seed)) return `--seed must be a whole number of at most nine digits, not "${values.seed}"\n\n`;
    return { ...values, seed: Number(values.seed) };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n`;
  }
}

function run({ full, seed, json, write }: Options): void {
  const bench = runJudgeBench({ isFull: full, seed, tell: (text) => process.stderr.write(`${text}\n`) });
  const tables = judgeTables(bench);
  console.log(json ? JSON.stringify(bench) : tables);
  if (write) {
    const page = join(dirname(import.meta.dirname), 'docs', 'judge.md');
    writeFileSync(page, withJudgeTables(readFileSync(page, 'utf8'), tables));
  }
  // A few runs show a rate, and not medians, nor the last per cent.
  const missed = full ? bench.goals.filter((one) => !one.holds).map((one) => `${one.goal} ${one.what} (${one.measured})`) : [];
  const all = bench.isWithinAlpha ? missed : ['healthy canaries are failed more often than promised', ...missed];
  if (all.length === 0) return;
  process.stderr.write(`missed: ${all.join('; ')}\n`);
  process.exitCode = 1;
}
