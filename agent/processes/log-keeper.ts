import * as z from 'zod';

import type { Machine } from '#agent/component/machine';
import { isAlive, processIdentity, signalGroup } from '#agent/processes/identity';
import { launchNode, siblingModule } from '#agent/processes/launch-node';
import { logLimits } from '#agent/processes/log-rotation';
import { readJsonFile, writeJsonFile } from '#agent/state/json-file';

const keeperRecord = z.strictObject({ process: processIdentity, version: z.string(), limits: logLimits });

/** Sees to it that one log keeper of this agent's version and limits runs. It may be replaced at any time: no process writes through it. */
export async function ensureLogKeeper(machine: Machine): Promise<void> {
  const path = machine.state.file('log-keeper');
  const known = readJsonFile(path, keeperRecord);
  const limits = machine.logLimits;
  if (known !== undefined && isAlive(known.process)) {
    if (known.version === machine.version && known.limits.maximumBytes === limits.maximumBytes && known.limits.keptFiles === limits.keptFiles) return;
    signalGroup(known.process, 'SIGKILL');
  }
  const { identity } = await launchNode(siblingModule(import.meta.url, './log-keeper-main'), { arguments: [machine.state.path, JSON.stringify(limits)], logPath: machine.state.log });
  writeJsonFile(path, { process: identity, version: machine.version, limits });
}

/** Ends the log keeper of a state folder, if one runs. */
export function endLogKeeper(recordPath: string): void {
  const known = readJsonFile(recordPath, keeperRecord);
  if (known !== undefined) signalGroup(known.process, 'SIGKILL');
}
