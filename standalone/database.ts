import { Worker } from 'node:worker_threads';

import { Failure } from '#contracts/errors';

import { errorOfReply } from './batch.ts';
import type { DatabaseReply, FromDatabaseWorker, StartThread, Thread, ToDatabaseWorker } from './database-messages.ts';
import type { Transactions } from './transactions.ts';

export type TransactionName = keyof Transactions;
export type TransactionInput<Name extends TransactionName> = Parameters<Transactions[Name]>[1];
export type TransactionOutput<Name extends TransactionName> = ReturnType<Transactions[Name]>;

/**
 * The most requests that wait for the worker. One takes some 50 µs of it and a batch one fsync, some 5 ms on a slow disk: 4096 wait
 * about 4096 × 0.05 ms + 16 batches × 5 ms ≈ 0.3 s. Who would wait longer is better told to come back. Memory: events are at most 32 kB each, so 128 MB.
 */
export const MAXIMUM_QUEUED_REQUESTS = 4096;

/** The most requests under one commit: 256 × 50 µs ≈ 13 ms, so that nobody waits much longer than its own fsync. */
const MAXIMUM_BATCH_REQUESTS = 256;

/** Closing runs what is queued (under a second, as above) and writes the log back into the file; more than this means a disk that hangs. */
const CLOSE_TIMEOUT_MILLISECONDS = 10_000;

/** Methods, not functions in properties: each promise resolves with its own type, and the typing of `run` keeps name and output together. */
interface Waiting {
  readonly name: TransactionName;
  readonly input: unknown;
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/**
 * The data folder's SQLite file, in a thread of its own. A request names a transaction function (see `transactions.ts`), which reads,
 * checks and writes atomically. What was answered is durable. Requests that come while a commit is made share the next one.
 */
export class Database {
  readonly #thread: Thread;
  readonly #queue: Waiting[] = [];
  readonly #opened = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #inFlight: readonly Waiting[] = [];
  #state: 'open' | 'closing' | 'ended' = 'open';

  /**
   * Opens the file of a data folder. The thread is another one in tests that end it between two commits.
   * @throws Failure `conflict` when another process has it, or when it is newer or not ours.
   */
  static async open(folder: string, start: StartThread = startWorker): Promise<Database> {
    const database = new Database(folder, start);
    await database.#opened.promise;
    return database;
  }

  private constructor(folder: string, start: StartThread) {
    this.#thread = start({ folder }, {
      message: (message) => this.#hear(message),
      error: (error) => this.#end(error),
      exit: () => {
        this.#end(new Error('its thread ended'));
        this.#ended.resolve();
      },
    });
  }

  /** How many requests wait or run. */
  get pendingRequests(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  /** Whether requests are taken: false once it is closing or its thread has ended. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /**
   * Runs a transaction function and answers what it returned, once that is durable.
   * @throws what the function threw as Failure; Failure `unavailable` when the queue is full, the disk fails, or it is closed.
   */
  run<Name extends TransactionName>(name: Name, input: TransactionInput<Name>): Promise<TransactionOutput<Name>> {
    if (this.#state !== 'open') return Promise.reject(new Failure('unavailable', 'The database is closed.'));
    if (this.#queue.length >= MAXIMUM_QUEUED_REQUESTS) {
      return Promise.reject(new Failure('unavailable', { detail: 'Too many requests wait for the database.', retryAfterSeconds: 1 }));
    }
    return new Promise<TransactionOutput<Name>>((resolve, reject) => {
      this.#queue.push({ name, input, resolve, reject });
      this.#send();
    });
  }

  /** Runs what is queued, closes the file and ends the thread. Requests that come later are refused. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing';
      this.#send();
    }
    const timeout = setTimeout(() => this.#thread.terminate(), CLOSE_TIMEOUT_MILLISECONDS);
    await this.#ended.promise;
    clearTimeout(timeout);
  }

  /** One batch is at the worker at a time; what comes meanwhile is the next one. */
  #send(): void {
    if (this.#inFlight.length > 0 || this.#state === 'ended') return;
    if (this.#queue.length === 0) {
      if (this.#state === 'closing') this.#post({ kind: 'close' });
      return;
    }
    this.#inFlight = this.#queue.splice(0, MAXIMUM_BATCH_REQUESTS);
    this.#post({ kind: 'batch', requests: this.#inFlight.map(({ name, input }) => ({ name, input })) });
  }

  #post(message: ToDatabaseWorker): void {
    try {
      this.#thread.post(message);
    } catch (error) {
      // An input that cannot be sent between threads is a bug of its caller; the batch was not sent.
      const failed = this.#inFlight;
      this.#inFlight = [];
      for (const waiting of failed) waiting.reject(new Error('a request cannot be sent to the database\'s thread', { cause: error }));
    }
  }

  #hear(message: FromDatabaseWorker): void {
    switch (message.kind) {
      case 'open':
        this.#opened.resolve();
        break;
      case 'refused':
        this.#opened.reject(message.reply.outcome === 'done' ? new Error('the database\'s thread refused nothing') : errorOfReply(message.reply));
        break;
      case 'replies':
        this.#settle(message.replies);
    }
  }

  #settle(replies: readonly DatabaseReply[]): void {
    const settled = this.#inFlight;
    this.#inFlight = [];
    this.#send();
    for (const [index, waiting] of settled.entries()) {
      const reply = replies[index];
      if (reply?.outcome === 'done') waiting.resolve(reply.output);
      else waiting.reject(reply === undefined ? new Error('the database gave no reply') : errorOfReply(reply));
    }
  }

  #end(cause: Error): void {
    this.#state = 'ended';
    this.#opened.reject(cause);
    const lost = [...this.#inFlight, ...this.#queue.splice(0)];
    this.#inFlight = [];
    for (const waiting of lost) waiting.reject(new Failure('unavailable', { detail: `The database has ended: ${cause.message}`, cause }));
  }
}

/** The worker is the file beside this one, as source or compiled. Source needs the condition that leads imports to sources. */
const startWorker: StartThread = (workerData, hear) => {
  const isSource = import.meta.url.endsWith('.ts');
  const url = new URL(isSource ? './database-worker.ts' : './database-worker.js', import.meta.url);
  const worker = new Worker(url, { workerData, execArgv: isSource ? ['--conditions=sluice-source'] : [], name: 'database' });
  worker.on('message', hear.message);
  worker.on('error', (error) => hear.error(error instanceof Error ? error : new Error(String(error))));
  worker.once('exit', hear.exit);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- an origin is a window's matter; this is a thread
    post: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
  };
};
