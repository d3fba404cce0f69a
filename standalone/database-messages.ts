import type { ErrorCode, FailureDetail } from '#contracts/errors';

/** One transaction function to run, by its name. */
export type DatabaseRequest = { readonly name: string; readonly input: unknown };

/** How a request ended. A failure crosses the thread as its parts, because a class does not survive the crossing. */
export type DatabaseReply =
  | { readonly outcome: 'done'; readonly output: unknown }
  | { readonly outcome: 'failed'; readonly code: ErrorCode; readonly detail: FailureDetail }
  | { readonly outcome: 'bug'; readonly message: string; readonly stack: string };

/** What the worker is told: to run requests under one commit, or to close the file and end. */
export type ToDatabaseWorker = { readonly kind: 'batch'; readonly requests: readonly DatabaseRequest[] } | { readonly kind: 'close' };

/** What the worker says: that the file is open, that it is not and why, and the replies of a batch in its order. */
export type FromDatabaseWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly reply: DatabaseReply }
  | { readonly kind: 'replies'; readonly replies: readonly DatabaseReply[] };

/** What the worker is started with. */
export type DatabaseWorkerData = { readonly folder: string };

/** What hears a thread: its messages, the error it ended with, and that it has ended. */
export type ThreadListener = { message(message: FromDatabaseWorker): void; error(error: Error): void; exit(): void };

/** A thread that has a data folder's file. */
export type Thread = { post(message: ToDatabaseWorker): void; terminate(): void };

/** Starts a thread; it hears nothing before this returns. */
export type StartThread = (data: DatabaseWorkerData, hear: ThreadListener) => Thread;
