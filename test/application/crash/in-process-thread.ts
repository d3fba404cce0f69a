import { runBatch } from '#standalone/batch';
import { openDataFile } from '#standalone/data-file';
import type { DatabaseRequest, DatabaseReply, StartThread, ToDatabaseWorker } from '#standalone/database-messages';
import { findTransaction } from '#standalone/transactions';

import type { Chance } from './chance.ts';

/** Who watches a thread: is told of each commit that changed something, the moment it is durable, and says whether the process lives on. */
export type CommitWatch = { committed(): boolean; readonly chance: Chance | undefined };

/**
 * The database's thread without a thread, so that a test can stand between a commit and its answer. The transactions and the file are the
 * real ones; only that nothing is flushed, because here a process is ended and not a machine. After an end nothing is answered any more
 * and nothing is written. With chance the requests of a batch are run in any order and each answer takes its time.
 */
export function inProcessThread(watch: CommitWatch): StartThread {
  return ({ folder }, hear) => {
    const file = openDataFile(folder);
    file.connection.execute('PRAGMA synchronous = OFF');
    let alive = true;
    const end = () => {
      if (alive) file.close();
      alive = false;
    };
    const changes = () => file.connection.get('SELECT total_changes() AS changes')?.['changes'];
    const take = (message: ToDatabaseWorker) => {
      if (!alive) return;
      if (message.kind === 'close') {
        end();
        hear.exit();
        return;
      }
      const before = changes();
      const replies = inAnyOrder(watch.chance, message.requests, (requests) => runBatch(file.connection, findTransaction, requests));
      if (changes() !== before && !watch.committed()) end();
      else afterTurns(watch.chance?.below(4) ?? 0, () => alive && hear.message({ kind: 'replies', replies }));
    };
    setImmediate(() => hear.message({ kind: 'open' }));
    return { post: (message) => afterTurns(0, () => take(message)), terminate: end };
  };
}

/** Runs a batch with its requests shuffled and gives the replies in the order of the requests: who waits at the same time has no order. */
function inAnyOrder(chance: Chance | undefined, requests: readonly DatabaseRequest[], run: (requests: readonly DatabaseRequest[]) => readonly DatabaseReply[]): readonly DatabaseReply[] {
  const order = requests.map((_, index) => index);
  const shuffled = chance?.shuffled(order) ?? order;
  const replies = run(shuffled.flatMap((index) => requests[index] ?? []));
  return order.flatMap((index) => replies[shuffled.indexOf(index)] ?? []);
}

function afterTurns(turns: number, work: () => void): void {
  setImmediate(() => (turns === 0 ? work() : afterTurns(turns - 1, work)));
}
