import type { TimerPayload } from '#contracts/timers';
import type { Timers } from '#ports/timer';

import type { Database } from './database.ts';
import type { Signal } from './signal.ts';

/** The timers in the database. Each change gives the signal, by which the scheduler looks when it has to wake next. */
export class SqliteTimers implements Timers {
  readonly #database: Database;
  readonly #changed: Signal;

  constructor(database: Database, changed: Signal) {
    this.#database = database;
    this.#changed = changed;
  }

  async set(timer: { readonly id: string; readonly at: string; readonly payload: TimerPayload }): Promise<void> {
    await this.#database.run('setTimer', { timer: timer.id, tenant: timer.payload.tenant, dueAt: Date.parse(timer.at), payload: JSON.stringify(timer.payload) });
    this.#changed.notify(timer.payload.tenant);
  }

  async cancel(tenant: string, id: string): Promise<void> {
    await this.#database.run('cancelTimer', { tenant, timer: id });
    this.#changed.notify(tenant);
  }
}
