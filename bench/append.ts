import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openStandalonePorts } from '#standalone/open-ports';
import type { EventStore, StoredEvent } from '#ports/event-store';

import { alternating, ratePerSecond } from './measure.ts';
import type { BenchRow, Measured } from './measure.ts';

const ROUND_MILLISECONDS = 1000;
const TENANT = 'bench';

/** Each append is durable (fsync) before it is acknowledged, on both sides. */
export const appendsInTurn: BenchRow = {
  what: 'Events appended one after the other, each with fsync', unit: 'per second', comparedWith: 'SQLite alone, the same rows',
  measure: async () => await comparing(1),
};

export const appendsAtOnce: BenchRow = {
  what: 'Events appended by 32 writers at once, each with fsync', unit: 'per second', comparedWith: 'SQLite alone, one after the other',
  measure: async () => await comparing(32),
};

async function comparing(writers: number): Promise<Measured> {
  return await inFolder(async (folder) => {
    const opened = await openStandalonePorts({ dataFolder: join(folder, 'sluice') });
    const events = opened.ports.events;
    let streams = 0;
    const write = async () => (await Promise.all(Array.from({ length: writers }, async () => await appendStream(events, `deployment/bench-${streams += 1}`)))).length * EVENTS_PER_STREAM;
    await write();
    const rows = await events.read({ tenant: TENANT, stream: 'deployment/bench-1' });
    const raw = new RawTable(join(folder, 'raw.db'));
    try {
      return await alternating(async () => await ratePerSecond(ROUND_MILLISECONDS, write), async () => await ratePerSecond(ROUND_MILLISECONDS, () => raw.append(rows)));
    } finally {
      raw.close();
      await opened.close();
    }
  });
}

const EVENTS_PER_STREAM = 10;

/** Appends a few events to a new stream, one by one, as a deployment does. */
async function appendStream(events: EventStore, stream: string): Promise<void> {
  for (let version = 0; version < EVENTS_PER_STREAM; version += 1) {
    await events.append({ tenant: TENANT, stream, expectedVersion: version, events: [{ type: 'StepSucceeded', payload: { step: `${version + 1}-shift`, reason: 'all commands of the step have succeeded' } }], at: new Date().toISOString(), traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
  }
}

/** Rows of events in a table of SQLite, each in a transaction of its own, written ahead and synchronized as Sluice's file is. */
export class RawTable {
  readonly #database: DatabaseSync;
  #position = 0;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE events (position INTEGER PRIMARY KEY, tenant TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL, at TEXT NOT NULL, trace_id TEXT NOT NULL, hash TEXT NOT NULL) STRICT');
  }

  /** Answers how many rows were written. */
  append(rows: readonly StoredEvent[]): number {
    const insert = this.#database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const row of rows) insert.run(this.#position += 1, row.tenant, row.stream, row.version, row.type, JSON.stringify(row.payload), row.at, row.traceId, row.hash);
    return rows.length;
  }

  close(): void {
    this.#database.close();
  }
}

/** Gives work a folder for the time of it. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
