import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { PAGE, scaleTables, withTables } from './scale-page.ts';

const usage = `npm run scale [-- OPTIONS]

What the AWS engine needs at 100, 10,000 and 1,000,000 deployments a day and at 10,000 and 50,000 requests a second, by what was counted
(bench/ledger-counts.json), against AWS's quotas (bench/quotas.json) and our own bounds, as tables in Markdown.

  --write   write the tables into ${PAGE} too
  --help    this text

Example: npm run scale -- --write
`;

const words = process.argv.slice(2);
const unknown = words.find((word) => !['--write', '--help'].includes(word));
if (words.includes('--help') || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? usage : `unknown option ${unknown}\n\n${usage}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  console.log(Object.values(scaleTables()).join('\n\n'));
  if (words.includes('--write')) {
    const page = join(dirname(import.meta.dirname), PAGE);
    writeFileSync(page, withTables(readFileSync(page, 'utf8')));
  }
}
