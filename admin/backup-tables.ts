import * as z from 'zod';

import { openTableCopies } from '#aws/table-copy';
import { Failure } from '#contracts/errors';

import { version } from '../shared/version.ts';
import { readLines, writeLines } from './lines-file.ts';

/** The form of a backup's file; a reader refuses one that it does not know. */
const BACKUP_FORM = 1;

/** Items that are written at a time: 500 × 32 kB ≈ 16 MB of memory at the most. */
const ITEMS_AT_A_TIME = 500;

/** Which tables. */
export type BackedUpTables = { readonly eventsTable: string; readonly stateTable: string };

/** How many items each table had. */
export type ItemCounts = { readonly state: number; readonly events: number };

const backupLine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sluice-backup'), form: z.literal(BACKUP_FORM), version: z.string(), at: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('item'), table: z.enum(['state', 'events']), item: z.record(z.string(), z.unknown()) }),
  z.strictObject({ kind: z.literal('end'), state: z.int(), events: z.int() }),
]);
type BackupLine = z.infer<typeof backupLine>;

/**
 * Copies both tables to a new file, item by item. The state is read **before** the events, so that it never knows of an event that the copy does not have: what it does not
 * know yet is brought in by the sweep after a restore.
 * @throws Failure `conflict` when the file is there already; `not-found` for a table that is not
 */
export async function backUpTables(file: string, named: BackedUpTables, at: string): Promise<ItemCounts> {
  const tables = openTableCopies(named);
  const counts = { state: 0, events: 0 };
  async function* lines(): AsyncGenerator<BackupLine> {
    yield { kind: 'sluice-backup', form: BACKUP_FORM, version, at };
    for (const table of ['state', 'events'] as const) {
      for await (const item of tables[table].read()) {
        counts[table] += 1;
        yield { kind: 'item', table, item };
      }
    }
    yield { kind: 'end', ...counts };
  }
  try {
    await writeLines(file, lines());
    return counts;
  } finally {
    tables.close();
  }
}

/**
 * Writes a backup's items into tables that are empty, or with `replace` are emptied before. The file is read to its end first. The state comes before the events, so that who follows the
 * table of events finds what was relayed already.
 * @throws Failure `conflict` for a table that is not empty; `rule-broken` for a file that is no whole backup; `not-found`
 */
export async function restoreTables(file: string, named: BackedUpTables, { replace }: { readonly replace: boolean }): Promise<ItemCounts> {
  const counts = await checkBackup(file);
  const tables = openTableCopies(named);
  try {
    for (const table of ['events', 'state'] as const) {
      if (replace) await tables[table].clear();
      else if (!(await tables[table].isEmpty())) throw new Failure('conflict', `The table ${table === 'events' ? named.eventsTable : named.stateTable} is not empty. With --replace, what is in both tables is removed before. Nothing was changed.`);
    }
    let batch: { readonly table: 'state' | 'events'; readonly items: unknown[] } = { table: 'state', items: [] };
    for await (const line of linesOf(file)) {
      if (line.kind !== 'item') continue;
      if (line.table !== batch.table || batch.items.length >= ITEMS_AT_A_TIME) {
        await tables[batch.table].write(batch.items);
        batch = { table: line.table, items: [] };
      }
      batch.items.push(line.item);
    }
    await tables[batch.table].write(batch.items);
    return counts;
  } finally {
    tables.close();
  }
}

/** Reads a file to its end and changes nothing; answers how many items it has. */
async function checkBackup(file: string): Promise<ItemCounts> {
  const counts = { state: 0, events: 0 };
  let end: ItemCounts | undefined;
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if ((number === 1) !== (line.kind === 'sluice-backup') || end !== undefined) throw new Failure('rule-broken', `Line ${number} of ${file} is not where a backup has it. Nothing was changed.`);
    if (line.kind === 'item') counts[line.table] += 1;
    if (line.kind === 'end') end = { state: line.state, events: line.events };
  }
  if (end === undefined || end.state !== counts.state || end.events !== counts.events) throw new Failure('rule-broken', `${file} is not whole: it was cut off, or lines are missing. Nothing was changed.`);
  return counts;
}

async function* linesOf(file: string): AsyncGenerator<BackupLine> {
  let number = 0;
  for await (const text of readLines(file)) {
    number += 1;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    const parsed = backupLine.safeParse(value);
    if (!parsed.success) throw new Failure('rule-broken', `Line ${number} of ${file} is none of a backup. Nothing was changed.`);
    yield parsed.data;
  }
}
