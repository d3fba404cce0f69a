import { dataSettings, serveVariables } from '#contracts/environment';

import { command } from '../command.ts';
import type { Command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { asFlag, readSettings } from '../read-settings.ts';
import { count } from '../words.ts';
import { awsAdminCommands } from './admin-aws.ts';
import { transferCommands } from './admin-transfer.ts';

const { data, masterKeyFile } = serveVariables;

const rebuildCommand = command({
  path: ['admin', 'rebuild'],
  summary: 'Make the lists of a stopped data folder anew from its events',
  description: 'What lists show is made of the events and can be made again: after an upgrade whose notes ask for it, or when lists and `sluice get` do not agree. It works on the data folder itself, so `sluice serve` must be stopped; `sluice serve --rebuild` does the same while it serves. Events, secrets, keys and what runs are not touched; ended half-way, it is done again.',
  arguments: {},
  options: { data: { type: 'text', completes: 'folder', ...asFlag(data) }, masterKeyFile: { type: 'text', completes: 'file', ...asFlag(masterKeyFile) } },
  examples: [{ command: 'sluice admin rebuild --data /var/lib/sluice', does: 'make the lists of a stopped control plane anew' }],
  json: 'one line `{"streams": N}`: of how many streams the lists were made.',
  local: true,
  run: async ({ output, environment }, { options }) => {
    const settings = readSettings(dataSettings, { variables: { data, masterKeyFile }, environment, flags: options });
    const { rebuildDataFolder } = await import('#standalone/runtime/rebuild');
    const streams = await rebuildDataFolder({ dataFolder: settings.data, ...(settings.masterKeyFile === undefined ? {} : { masterKeyFile: settings.masterKeyFile }) });
    output.oneOfMany({ streams }, () => [`the lists were made anew of ${count(streams, 'stream')}`]);
    return outcomes.done.exitCode;
  },
});

export const adminCommands: readonly Command[] = [rebuildCommand, ...transferCommands, ...awsAdminCommands];
