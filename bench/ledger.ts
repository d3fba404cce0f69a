import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { deploy } from '../test/end-to-end-aws/deploy.ts';

import { countApp } from './ledger/app.ts';
import { countFunctions, runCanary } from './ledger/canary.ts';
import { startCountingProxy } from './ledger/counting-proxy.ts';
import { prices } from './ledger/operations.ts';
import { countedShape, judged, ledgerRows, recordedCounts } from './ledger/rows.ts';
import { ledgerTable, withLedger } from './ledger/table.ts';

const usage = `npm run ledger [-- OPTIONS]

What Sluice costs on AWS: what was counted (bench/ledger-counts.json) at list prices (bench/prices.json), as a table in Markdown.

  --json    print one JSON object instead: {"prices", "rows": [{"what", "list", "afterFree", "parts", "target", "isWithin"}]}
  --write   write the table into the README too
  --app     count the synthesized app again first: alarms, schedules, pollers (a minute)
  --count   count everything again first: a canary with a real agent, on the emulator that AWS_ENDPOINT_URL names (twenty minutes;
            \`npm run ledger:count\` starts one)
  --help    this text

Example: npm run ledger -- --write
`;

const counts = new URL('ledger-counts.json', import.meta.url);
const words = process.argv.slice(2);
const unknown = words.find((word) => !['--json', '--write', '--count', '--app', '--help'].includes(word));
if (words.includes('--help') || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? usage : `unknown option ${unknown}\n\n${usage}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  if (words.includes('--count')) await countAgain();
  else if (words.includes('--app')) writeFileSync(counts, `${JSON.stringify({ ...recordedCounts(), app: await countApp() }, null, 1)}\n`);
  const rows = ledgerRows();
  const table = ledgerTable(rows);
  console.log(words.includes('--json') ? JSON.stringify({ prices: { region: prices.region, date: prices.date }, rows: rows.map(judged) }) : table);
  if (words.includes('--write')) {
    const readme = join(dirname(import.meta.dirname), 'README.md');
    writeFileSync(readme, withLedger(readFileSync(readme, 'utf8'), table));
  }
}

/** Deploys to the emulator that the environment names, counts there, and keeps what was counted. */
async function countAgain(): Promise<void> {
  const emulator = process.env['AWS_ENDPOINT_URL'];
  if (emulator === undefined) throw new Error('AWS_ENDPOINT_URL must name an emulator: "npm run ledger:count" starts one');
  const folder = mkdtempSync(join(tmpdir(), 'sluice-ledger-'));
  const proxy = await startCountingProxy(emulator);
  try {
    const system = { ...(await deploy(emulator, folder)), emulator, proxy };
    await countFunctions(system);
    const run = await runCanary(system, (line) => process.stderr.write(`${line}\n`));
    const counted = countedShape.parse({ countedAt: new Date().toISOString().slice(0, 'yyyy-mm-dd'.length), app: await countApp(), ...run });
    writeFileSync(counts, `${JSON.stringify(counted, null, 1)}\n`);
  } finally {
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
