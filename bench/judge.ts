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
`;

const { values } = parseArgs({ options: { full: { type: 'boolean', default: false }, seed: { type: 'string', default: String(SEED) }, json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
if (values.help) {
  process.stdout.write(usage);
} else {
  const bench = runJudgeBench({ isFull: values.full, seed: Number(values.seed), tell: (text) => process.stderr.write(`${text}\n`) });
  const tables = judgeTables(bench);
  console.log(values.json ? JSON.stringify(bench) : tables);
  if (values.write) {
    const page = join(dirname(import.meta.dirname), 'docs', 'judge.md');
    writeFileSync(page, withJudgeTables(readFileSync(page, 'utf8'), tables));
  }
  const missed = bench.goals.filter((one) => !one.holds);
  if (!bench.isWithinAlpha || (values.full && missed.length > 0)) {
    process.stderr.write(`missed: ${[...(bench.isWithinAlpha ? [] : ['healthy canaries are failed more often than promised']), ...(values.full ? missed.map((one) => `${one.goal} ${one.what} (${one.measured})`) : [])].join('; ')}\n`);
    process.exitCode = 1;
  }
}
