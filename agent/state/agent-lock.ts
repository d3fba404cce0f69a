import { linkSync } from 'node:fs';
import { dirname } from 'node:path';

import { Failure } from '#contracts/errors';
import { identityOf, isAlive, processIdentity } from '#agent/processes/identity';
import type { ProcessIdentity } from '#agent/processes/identity';
import { readJsonFile, removeFile, writeJsonFile } from '#agent/state/json-file';

/**
 * Makes this process the only agent of a state folder; answers how to let go of it. The lock of an agent that has ended, however it ended,
 * is taken over.
 * @throws Failure `conflict` when another agent lives there.
 */
export function lockStateFolder(path: string): () => void {
  const self = identityOf(process.pid);
  if (self === undefined) throw new Error('it cannot be found out when this process was started');
  const holder = readJsonFile(path, processIdentity);
  if (holder !== undefined && holder.pid !== self.pid && isAlive(holder)) throw taken(path, holder.pid);
  removeFile(path);
  linkExclusively(path, self);
  return () => removeFile(path);
}

/** A link is made with its content or not at all, and not where there is one already. */
function linkExclusively(path: string, self: ProcessIdentity): void {
  const own = `${path}.${self.pid}`;
  writeJsonFile(own, self);
  try {
    linkSync(own, path);
  } catch (error) {
    // Two agents were started at the same moment, and the other was first.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(path, undefined);
    throw error;
  } finally {
    removeFile(own);
  }
}

function taken(path: string, pid: number | undefined): Failure {
  return new Failure('conflict', `another agent${pid === undefined ? '' : ` (process ${pid})`} works with the state folder ${dirname(path)}; stop it first, or name another folder`);
}
