import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { rows } from './rows.ts';
import { machineInWords, tableOf, withTable } from './table.ts';
import type { MeasuredRow } from './table.ts';

const usage = `npm run bench [-- OPTIONS]

Measures Sluice beside something that does the same work without it, both in one run, and prints a table in Markdown. Takes about a
minute; leave the machine alone meanwhile.

  --json    print one JSON object instead: {"machine", "rows": [{"what", "unit", "comparedWith", "sluice", "other", "ratio"}]}
  --write   write the table into the README too
  --help    this text

Example: npm run bench -- --json
`;

const words = process.argv.slice(2);
const unknown = words.find((word) => !['--json', '--write', '--help'].includes(word));
if (words.includes('--help') || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? usage : `unknown option ${unknown}\n\n${usage}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  const measured: MeasuredRow[] = [];
  for (const { measure, ...row } of rows) {
    process.stderr.write(`${row.what} …\n`);
    measured.push({ ...row, ...await measure() });
  }
  const table = tableOf(measured);
  console.log(words.includes('--json') ? JSON.stringify({ machine: machineInWords(), rows: measured.map((one) => ({ ...one, ratio: one.sluice / one.other })) }) : table);
  if (words.includes('--write')) {
    const readme = join(dirname(import.meta.dirname), 'README.md');
    writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), table));
  }
}
