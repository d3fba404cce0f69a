import { schedules, timerPayload } from '#contracts/timers';
import type { ScheduleName, TimerPayload } from '#contracts/timers';
import type { Clock } from '#ports/clock';

import type { Random, Sleeper } from './clock.ts';
import type { Database } from './database.ts';
import { DueWork } from './due-work.ts';
import type { DueSource, Trouble } from './due-work.ts';
import { MAXIMUM_ATTEMPTS } from './retries.ts';
import { Signal } from './signal.ts';
import type { ScheduleRow } from './transactions/schedules.ts';
import type { TimerRow } from './transactions/timers.ts';

/** What the scheduler is made of; `timersChanged` is the signal that the port of timers gives. */
export type SchedulerOptions = {
  readonly database: Database;
  readonly timersChanged: Signal;
  readonly clock: Clock;
  readonly sleeper: Sleeper;
  readonly random: Random;
  /** What happens when a timer's time has come; at least once. */
  fire(payload: TimerPayload): Promise<void>;
  /** What happens when a schedule's time has come; never twice at a time, unless a run hangs. */
  runSchedule(name: ScheduleName): Promise<void>;
  readonly onTrouble: Trouble;
};

/** How many timers are set, how many of them are due or running, and how many were given up. */
export type SchedulerCounts = { readonly timers: number; readonly dueTimers: number; readonly failedTimers: number };

/** Timers at a time: a handler waits for the database or an adapter most of the time, so this is many more than processors. */
const CONCURRENT_TIMERS = 32;

/** A schedule that failed is tried this often, soon, before it waits for its next regular time. */
const SCHEDULE_ATTEMPTS = 3;

/** A timer's handler does as much as a consumer of the bus. A sweep looks at everything there is, for which 15 minutes are as long as a function on AWS may take. */
const TIMER_TIMEOUT_SECONDS = 120;
const SCHEDULE_TIMEOUT_SECONDS = 900;

const MILLISECONDS_PER_MINUTE = 60_000;

/** Fires timers and schedules that are stored, so that none is lost when the process stops; what was missed meanwhile fires at the start, a schedule once. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #timers: DueWork<TimerRow>;
  readonly #schedules: DueWork<ScheduleRow>;
  readonly #rescheduled = new Signal();
  #started: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const { clock, sleeper, random, onTrouble } = options;
    const shared = { clock, sleeper, random, onTrouble };
    this.#timers = new DueWork({
      ...shared, name: 'timers', source: timerSource(options), wake: options.timersChanged,
      concurrency: CONCURRENT_TIMERS, maximumAttempts: MAXIMUM_ATTEMPTS, attemptTimeoutSeconds: TIMER_TIMEOUT_SECONDS,
    });
    this.#schedules = new DueWork({
      ...shared, name: 'schedules', source: scheduleSource(options, this.#rescheduled), wake: this.#rescheduled,
      concurrency: schedules.length, maximumAttempts: SCHEDULE_ATTEMPTS, attemptTimeoutSeconds: SCHEDULE_TIMEOUT_SECONDS,
    });
  }

  /** Begins; resolves when the table of schedules is as this program has it. A new schedule runs at once, and then at its rate. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<void> {
    this.#timers.start();
    await this.#options.database.run('keepSchedules', { names: schedules.map(({ name }) => name), dueAt: this.#options.clock.now() });
    this.#schedules.start();
  }

  /** Looks at the table of schedules, which somebody else has changed. */
  lookAgain(): void {
    this.#rescheduled.notify();
  }

  /** Fires nothing more; waits for what runs, at most 10 s. */
  async stop(): Promise<void> {
    await Promise.all([this.#timers.stop(), this.#schedules.stop()]);
  }

  async counts(): Promise<SchedulerCounts> {
    return this.#options.database.run('countTimers', { now: this.#options.clock.now() });
  }

  /** Resolves when nothing runs and nothing is due: nothing more fires until time passes or a timer is set. */
  async idle(): Promise<void> {
    while (!this.isIdle) {
      await this.#timers.idle();
      await this.#schedules.idle();
    }
  }

  get isIdle(): boolean {
    return this.#timers.isIdle && this.#schedules.isIdle;
  }
}

function timerSource({ database, fire }: SchedulerOptions): DueSource<TimerRow> {
  return {
    due: (query) => database.run('dueTimers', query),
    nextDueAt: (after) => database.run('nextTimer', { after }),
    async perform(timer) {
      await fire(timerPayload.parse(JSON.parse(timer.payload)));
    },
    succeeded: ({ id }) => database.run('removeTimer', { id }),
    failed: ({ id }, { attempts, reason, now, retryAt }) =>
      retryAt === undefined ? database.run('abandonTimer', { id, attempts, reason, now }) : database.run('postponeTimer', { id, attempts, reason, dueAt: retryAt }),
  };
}

/** The next time is counted from the end of a run, as one that takes long must not run without a break. */
function scheduleSource({ database, clock, runSchedule }: SchedulerOptions, rescheduled: Signal): DueSource<ScheduleRow> {
  const regularly = (name: string) => clock.now() + scheduleNamed(name).everyMinutes * MILLISECONDS_PER_MINUTE;
  return {
    due: (query) => database.run('dueSchedules', query),
    nextDueAt: (after) => database.run('nextSchedule', { after }),
    async perform({ name }) {
      await runSchedule(scheduleNamed(name).name);
    },
    async succeeded({ id, name }) {
      await database.run('rescheduleTo', { id, dueAt: regularly(name), attempts: 0, reason: null });
      rescheduled.notify();
    },
    failed: ({ id, name }, { attempts, reason, retryAt }) =>
      database.run('rescheduleTo', retryAt === undefined ? { id, dueAt: regularly(name), attempts: 0, reason } : { id, dueAt: retryAt, attempts, reason }),
  };
}

/** The table was made that of this program at the start, so every name is known. */
function scheduleNamed(name: string): (typeof schedules)[number] {
  const schedule = schedules.find((one) => one.name === name);
  if (schedule === undefined) throw new Error(`no schedule is named ${name}`);
  return schedule;
}
