import type { ExecutionStatus } from '#ports/workflow';
import { parseSnapshot } from '#standalone/asl/snapshot';
import type { Engine } from '#standalone/engine';

/** Ends an execution behind everybody's back, as a lost machine would be. */
export async function endExecution(engine: Engine, name: string, status: ExecutionStatus = 'FAILED'): Promise<void> {
  const row = await engine.database.run('readExecution', { tenant: 'default', name });
  if (row === undefined) throw new Error(`there is no execution ${name}`);
  const { revision } = row;
  const snapshot = JSON.stringify({ ...parseSnapshot(JSON.parse(row.snapshot)), status });
  await engine.database.run('changeExecution', { tenant: 'default', name, status, snapshot, revision, now: engine.ports.clock.now(), wakeAt: null, ending: '{}', tasks: [], finished: [] });
}
