import { parentPort, workerData } from 'node:worker_threads';

import { replyOfError, runBatch } from './batch.ts';
import type { FindTransaction } from './batch.ts';
import { openDataFile } from './data-file.ts';
import type { DataFile } from './data-file.ts';
import type { DatabaseWorkerData, FromDatabaseWorker, ToDatabaseWorker } from './database-messages.ts';
import { transactions } from './transactions.ts';

/** The table is typed function by function where requests are made; here each takes what it is sent. A method's parameter may be narrower. */
interface UntypedTransactions {
  readonly [name: string]: { call(self: undefined, ...sent: readonly unknown[]): unknown } | undefined;
}

const table: UntypedTransactions = transactions;

const find: FindTransaction = (name) => {
  const transaction = Object.hasOwn(table, name) ? table[name] : undefined;
  return transaction === undefined ? undefined : (connection, input) => transaction.call(undefined, connection, input);
};

serve();

/** Opens the file and runs batches one after the other until it is told to close. */
function serve(): void {
  if (parentPort === null) throw new Error('this file is the database\'s worker and does nothing by itself');
  const port = parentPort;
  const say = (message: FromDatabaseWorker) => port.postMessage(message);
  const { folder }: DatabaseWorkerData = workerData;
  let file: DataFile;
  try {
    file = openDataFile(folder);
  } catch (error) {
    say({ kind: 'refused', reply: replyOfError(error) });
    return;
  }
  port.on('message', (message: ToDatabaseWorker) => {
    switch (message.kind) {
      case 'batch':
        say({ kind: 'replies', replies: runBatch(file.connection, find, message.requests) });
        break;
      case 'close':
        file.close();
        // Without a listener nothing keeps the thread alive.
        port.close();
        break;
    }
  });
  say({ kind: 'open' });
}
