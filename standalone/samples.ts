import { latencySketch } from '#domain/analysis/latency-sketch';
import type { Sample } from '#contracts/samples';
import type { Samples } from '#ports/samples';

import type { Database } from './database.ts';

/** The most samples that are removed in one transaction: 5000 deletions take some 25 ms, for which others wait. */
const EXPIRED_AT_ONCE = 5000;

/** The samples in the database, one row per second, release and component. */
export class SqliteSamples implements Samples {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async write(tenant: string, target: string, samples: readonly Sample[]): Promise<void> {
    await this.#database.run('writeSamples', { tenant, target, samples: samples.map((one) => ({ ...one, latency: JSON.stringify(one.latency) })) });
  }

  async read(tenant: string, query: { readonly target: string; readonly application: string; readonly fromSecond: number; readonly toSecond: number }): Promise<readonly Sample[]> {
    const { target, application, fromSecond, toSecond } = query;
    const rows = await this.#database.run('readSamples', { tenant, target, application, fromSecond, toSecond });
    return rows.map((row) => ({ ...row, latency: latencySketch.parse(JSON.parse(row.latency)) }));
  }

  async expire(beforeSecond: number): Promise<number> {
    let expired = 0;
    let last = EXPIRED_AT_ONCE;
    // Each round removes a full portion but the last, so it ends when what is old is gone.
    while (last === EXPIRED_AT_ONCE) {
      last = await this.#database.run('expireSamples', { beforeSecond, limit: EXPIRED_AT_ONCE });
      expired += last;
    }
    return expired;
  }
}
