import { statSync } from 'node:fs';

import { Failure } from '#contracts/errors';

import type { Connection } from './connection.ts';
import { integer, text } from './row.ts';

/** What must not be there in a file that is of one moment, each as a query for how often it is, and in words. */
const TORN: readonly { readonly sql: string; readonly words: string }[] = [
  {
    sql: `SELECT count(*) AS found FROM streams AS head WHERE NOT EXISTS
      (SELECT 1 FROM events WHERE events.tenant = head.tenant AND events.stream = head.stream AND events.version = head.version AND events.hash = head.hash)`,
    words: 'streams whose newest event is missing',
  },
  { sql: 'SELECT count(*) AS found FROM (SELECT 1 FROM events GROUP BY tenant, stream HAVING count(*) <> max(version))', words: 'streams with gaps' },
  {
    sql: 'SELECT count(*) AS found FROM events WHERE NOT EXISTS (SELECT 1 FROM streams WHERE streams.tenant = events.tenant AND streams.stream = events.stream AND streams.version >= events.version)',
    words: 'events that their stream does not know',
  },
  { sql: 'SELECT count(*) <> coalesce(max(position), 0) AS found FROM events', words: 'gaps in the order of all events' },
  { sql: 'SELECT position > (SELECT coalesce(max(position), 0) FROM events) AS found FROM relay', words: 'relayed events that are missing' },
];

/**
 * Looks through a file that came here as a copy: SQLite tells a page that does not fit, but not two pages of different moments, as a copy has that was made of a file while it was written. A file that was opened last where it is now is not looked through,
 * so only what was copied or restored pays for it, once.
 * @throws Failure `conflict` for a copy that is not sound; nothing was changed then
 */
export function requireSoundCopy(connection: Connection, file: string): void {
  const place = placeOf(file);
  const known = connection.get('SELECT file FROM place');
  if (known !== undefined && text(known, 'file') === place) return;
  const said = connection.all('PRAGMA integrity_check(1)').map((row) => text(row, 'integrity_check')).filter((line) => line !== 'ok');
  const found = said.length > 0 ? said : TORN.flatMap(({ sql, words }) => (countOf(connection, sql) > 0 ? [words] : []));
  if (found.length > 0) {
    throw new Failure('conflict', `${file} is not a sound copy: it has ${found.join(', ')}. A file that is copied by hand while it is served is torn; copy with \`sluice backup\`, and restore with \`sluice restore\`. \`sluice audit verify\` tells more.`);
  }
  connection.run('INSERT INTO place (only, file) VALUES (1, ?) ON CONFLICT DO UPDATE SET file = excluded.file', place);
}

/** A file on a disk, by what no copy of it has too: its number, which may be given again, and when it was made. */
function placeOf(file: string): string {
  const { ino, birthtimeNs } = statSync(file, { bigint: true });
  return `${ino} ${birthtimeNs}`;
}

function countOf(connection: Connection, sql: string): number {
  return integer(connection.get(sql) ?? { found: 0 }, 'found');
}
