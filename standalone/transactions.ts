import type { FindTransaction } from './batch.ts';
import { checkpointTransactions } from './transactions/checkpoints.ts';
import { deliveryTransactions } from './transactions/deliveries.ts';
import { eventTransactions } from './transactions/events.ts';
import { idempotencyTransactions } from './transactions/idempotency.ts';
import { keyTransactions } from './transactions/keys.ts';
import { leaseTransactions } from './transactions/leases.ts';
import { readModelTransactions } from './transactions/read-models.ts';
import { sampleTransactions } from './transactions/samples.ts';
import { scheduleTransactions } from './transactions/schedules.ts';
import { secretTransactions } from './transactions/secrets.ts';
import { timerTransactions } from './transactions/timers.ts';
import { workflowTransactions } from './transactions/workflow.ts';

/**
 * Every transaction function by its name. Each runs in the database's thread, in a savepoint: what it reads cannot change before it
 * writes, and when it throws nothing of it stays. Inputs and outputs cross a thread, so they are plain data.
 */
export const transactions = {
  ...eventTransactions,
  ...checkpointTransactions,
  ...deliveryTransactions,
  ...readModelTransactions,
  ...leaseTransactions,
  ...timerTransactions,
  ...scheduleTransactions,
  ...sampleTransactions,
  ...keyTransactions,
  ...secretTransactions,
  ...idempotencyTransactions,
  ...workflowTransactions,
};

export type Transactions = typeof transactions;

/** The table is typed function by function where requests are made; here each takes what it is sent. A method's parameter may be narrower. */
interface UntypedTransactions {
  readonly [name: string]: { call(self: undefined, ...sent: readonly unknown[]): unknown } | undefined;
}

const table: UntypedTransactions = transactions;

/** Finds a transaction function by the name that a request gives. */
export const findTransaction: FindTransaction = (name) => {
  const transaction = Object.hasOwn(table, name) ? table[name] : undefined;
  return transaction === undefined ? undefined : (connection, input) => transaction.call(undefined, connection, input);
};
