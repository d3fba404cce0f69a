import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { logLimits, rotateLog } from '#agent/processes/log-rotation';
import { StateFolder } from '#agent/state/state-folder';

/**
 * The log keeper: one small detached process per state folder that holds every log to its limit, also while no agent runs. Processes write
 * into files and not through it, so its end breaks nothing; the next agent starts it again. It ends by itself when the folder is gone.
 */
const [, , folder, limitsText] = process.argv;
if (folder === undefined || limitsText === undefined) throw new Error('the log keeper needs a state folder and limits');
const limits = logLimits.parse(JSON.parse(limitsText));
const state = new StateFolder(folder);

/** Between two looks a process may write past its limit: 0.25 s at 100 MB/s are 25 MB. */
const LOOK_MILLISECONDS = 250;

const timer = setInterval(() => {
  if (!existsSync(folder)) {
    clearInterval(timer);
    return;
  }
  for (const logs of state.logFolders()) keepFolder(logs);
}, LOOK_MILLISECONDS);

function keepFolder(path: string): void {
  try {
    for (const name of readdirSync(path)) if (name.endsWith('.log')) rotateLog(join(path, name), limits);
  } catch (error) {
    // A component may be removed between being listed and being looked at; a full disk is told and tried again.
    process.stderr.write(`${path}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
