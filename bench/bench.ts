import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import type { Bench } from './measure.ts';
import { benches } from './rows.ts';
import { machineInWords, tableOf, withTable } from './table.ts';
import type { MeasuredRow } from './table.ts';

const usage = `npm run bench [-- OPTIONS] [NAME …]

Measures Sluice, in places beside something that does the same work without it, and prints a table in Markdown. Load comes from
processes of its own; leave the machine alone meanwhile. It takes some eight minutes, with --grown most of an hour.

  NAME         measure only this: ${Object.keys(benches).join(', ')}
  --grown      measure ten and a hundred times the work as well
  --json FILE  write the figures into a file, as JSON: {"machine", "rows": [{"what", "unit", "sluice", …}]}
  --write      write the table into the README too; only of all names
  --help       this text

Example: npm run bench -- reads accepted --json figures.json
`;

try {
  await main(parseArgs({ allowPositionals: true, options: { grown: { type: 'boolean', default: false }, json: { type: 'string' }, write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } }));
} catch (error) {
  if (!(error instanceof TypeError && 'code' in error)) throw error;
  refuse(error.message);
}

async function main({ values: { grown, json, write, help }, positionals }: { readonly values: { readonly grown: boolean; readonly json?: string; readonly write: boolean; readonly help: boolean }; readonly positionals: readonly string[] }): Promise<void> {
  if (help) {
    process.stdout.write(usage);
    return;
  }
  const names = positionals.length === 0 ? Object.keys(benches) : positionals;
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) return refuse(`there is no bench named ${unknown}`);
  if (write && positionals.length > 0) return refuse('--write needs all rows');
  const measured: MeasuredRow[] = [];
  for (const bench of names.flatMap((name) => benches[name] ?? [])) measured.push(...await measuredRows(bench, grown));
  const table = tableOf(measured);
  console.log(table);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine: machineInWords(), rows: measured }, null, 2)}\n`);
  if (!write) return;
  const readme = join(dirname(import.meta.dirname), 'README.md');
  writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), table));
}

async function measuredRows({ rows, measure }: Bench, grown: boolean): Promise<readonly MeasuredRow[]> {
  for (const { what } of rows) process.stderr.write(`${what} …\n`);
  const figures = await measure({ grown });
  return rows.map((row, index) => {
    const one = figures[index];
    if (one === undefined) throw new Error(`${row.what} was not measured`);
    return { ...row, ...one };
  });
}

function refuse(complaint: string): void {
  process.stderr.write(`${complaint}\n\n${usage}`);
  process.exitCode = 2;
}
