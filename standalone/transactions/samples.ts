import type { Connection } from '../connection.ts';
import { integer, text } from '../row.ts';

/** A sample as it is stored; `latency` is the sketch as JSON text. */
export type SampleRow = {
  readonly application: string; readonly component: string; readonly release: string; readonly second: number; readonly requests: number; readonly errors: number; readonly latency: string;
};

export const sampleTransactions = { writeSamples, readSamples, expireSamples };

function writeSamples(connection: Connection, input: { readonly tenant: string; readonly target: string; readonly samples: readonly SampleRow[] }): void {
  for (const one of input.samples) {
    connection.run(
      `INSERT INTO samples (tenant, target, application, second, component, release, requests, errors, latency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET requests = excluded.requests, errors = excluded.errors, latency = excluded.latency`,
      input.tenant, input.target, one.application, one.second, one.component, one.release, one.requests, one.errors, one.latency,
    );
  }
}

function readSamples(
  connection: Connection,
  input: { readonly tenant: string; readonly target: string; readonly application: string; readonly fromSecond: number; readonly toSecond: number },
): readonly SampleRow[] {
  return connection
    .all(
      'SELECT * FROM samples WHERE tenant = ? AND target = ? AND application = ? AND second >= ? AND second < ? ORDER BY second, component, release',
      input.tenant, input.target, input.application, input.fromSecond, input.toSecond,
    )
    .map((row) => ({
      application: text(row, 'application'), component: text(row, 'component'), release: text(row, 'release'), second: integer(row, 'second'),
      requests: integer(row, 'requests'), errors: integer(row, 'errors'), latency: text(row, 'latency'),
    }));
}

/** Removes at most `limit` samples, oldest first, and answers how many. */
function expireSamples(connection: Connection, input: { readonly beforeSecond: number; readonly limit: number }): number {
  return connection.run('DELETE FROM samples WHERE rowid IN (SELECT rowid FROM samples WHERE second < ? ORDER BY second LIMIT ?)', input.beforeSecond, input.limit);
}
