import { Failure } from '#contracts/errors';
import { replyOfError, runBatch } from '#standalone/batch';
import type { DatabaseReply, DatabaseRequest, StartThread, ToDatabaseWorker } from '#standalone/database-messages';
import { findTransaction } from '#standalone/transactions';

import type { Chance } from '../application/crash/chance.ts';
import { between } from './dice.ts';
import type { Faults } from './faults.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** One life of the process that has the disk. */
export type Life = {
  isAlive: boolean;
  /** While it begins nothing takes time, because nobody else does anything then. */
  isBeginning: boolean;
};

/** What stands between the process and its disk. */
export type DiskSurroundings = {
  readonly time: SimulatedTime;
  readonly disk: SimulatedDisk;
  readonly chance: Chance;
  readonly faults: Faults;
  /** Told of each batch before it is run; answers whether the process lives to see it run. */
  readonly before: (requests: readonly DatabaseRequest[]) => boolean;
  /** Told of each batch the moment it is durable; answers whether the process lives to hear of it. */
  readonly committed: (requests: readonly DatabaseRequest[], replies: readonly DatabaseReply[]) => boolean;
};

/** A commit takes 1 to 8 ms, as a flush to a good disk does, and now and then much longer. */
const LONGEST_COMMIT_MILLISECONDS = 8;
const SLOW_COMMIT_MILLISECONDS = 4000;

/** The database's thread without a thread: the real transactions on the simulated disk, each batch at its own moment. Who waits at the same time has no order. */
export function simulatedThread(life: Life, around: DiskSurroundings): StartThread {
  return (_data, hear) => {
    const soon = (work: () => void) => {
      if (life.isBeginning) queueMicrotask(work);
      else around.time.after(commitMilliseconds(around), () => {
        if (life.isAlive) work();
      });
    };
    const take = (message: ToDatabaseWorker) => {
      if (message.kind === 'close') {
        life.isAlive = false;
        hear.exit();
        return;
      }
      const { requests } = message;
      if (!around.before(requests)) return;
      const order = around.chance.shuffled(requests.map((_, index) => index));
      const shuffled = order.flatMap((index) => requests[index] ?? []);
      const replies = run(shuffled, around);
      if (!around.committed(shuffled, replies)) return;
      const inOrder = requests.flatMap((_, index) => replies[order.indexOf(index)] ?? []);
      hear.message({ kind: 'replies', replies: inOrder });
    };
    queueMicrotask(() => hear.message({ kind: 'open' }));
    return { post: (message) => soon(() => take(message)), terminate: () => undefined };
  };
}

function commitMilliseconds({ faults, chance }: DiskSurroundings): number {
  return faults.strikes('slow database', chance) ? chance.below(SLOW_COMMIT_MILLISECONDS) : between(chance, 1, LONGEST_COMMIT_MILLISECONDS);
}

/** Runs a batch, unless the disk cannot now; a single append may lose a race that nobody else was seen to run. */
function run(requests: readonly DatabaseRequest[], { disk, faults, chance }: DiskSurroundings): readonly DatabaseReply[] {
  if (faults.strikes('database busy', chance)) return requests.map(() => replyOfError(new Failure('unavailable', { detail: 'The simulated disk cannot work now.', retryAfterSeconds: 1 })));
  const lost = requests.map((one) => one.name === 'appendEvents' && faults.strikes('lost race', chance));
  const replies = runBatch(disk.connection, findTransaction, requests.filter((_, index) => lost[index] !== true));
  let next = 0;
  return requests.flatMap((_, index): DatabaseReply[] => {
    if (lost[index] === true) return [replyOfError(new Failure('version-conflict', 'Somebody else was faster, in this simulation nobody.'))];
    const reply = replies[next];
    next += 1;
    return reply === undefined ? [] : [reply];
  });
}
