import { parentPort, workerData } from 'node:worker_threads';

import { replyOfError, runBatch } from './batch.ts';
import { openDataFile } from './data-file.ts';
import type { DataFile } from './data-file.ts';
import type { DatabaseWorkerData, FromDatabaseWorker, ToDatabaseWorker } from './database-messages.ts';
import { findTransaction } from './transactions.ts';

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
        say({ kind: 'replies', replies: runBatch(file.connection, findTransaction, message.requests) });
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
