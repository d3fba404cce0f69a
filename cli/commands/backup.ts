import { dataSettings, serveVariables } from '#contracts/environment';

import { command } from '../command.ts';
import type { Command, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { asFlag, readSettings } from '../read-settings.ts';
import { UsageError } from '../usage-error.ts';
import { count } from '../words.ts';

const { data, masterKeyFile } = serveVariables;

const placeOptions = {
  data: { type: 'text', completes: 'folder', ...asFlag(data) },
  masterKeyFile: { type: 'text', completes: 'file', ...asFlag(masterKeyFile) },
  eventsTable: { type: 'text', placeholder: 'NAME', description: 'the table of events of a control plane on AWS, instead of a data folder; region and credentials come from the environment' },
  stateTable: { type: 'text', placeholder: 'NAME', description: 'its other table' },
} as const;

const backupCommand = command({
  path: ['backup'],
  summary: 'Copy the data of a control plane, also while it works',
  description: 'Of a data folder, a folder of the same form, as it was in one moment: whole or not there at all, saved to the disk and checked. Of a control plane on AWS, a file with both tables, item by item, the state before the events, so that the copy never knows of an event that it does not have; the bucket is not in it. The master key is in neither unless it is asked for: keep it somewhere else. Only its owner can read the copy. See docs/backup.md.',
  arguments: { to: { description: 'the folder or file, which must not be there', completes: 'file' } },
  options: { ...placeOptions, withMasterKey: { type: 'switch', description: 'of a data folder: copy the master key too; who has the copy then can read all secrets' } },
  examples: [
    { command: 'sluice backup /backups/2026-11-21 --data /var/lib/sluice', does: 'copy a data folder' },
    { command: 'sluice backup tables.jsonl --events-table EVENTS --state-table STATE', does: 'copy the tables of a control plane on AWS' },
  ],
  json: 'one line: of a data folder `{"events": N, "blobs": N, "masterKey": BOOLEAN}`, of tables `{"state": N, "events": N}`, how many items each has.',
  local: true,
  run: async (surroundings, { arguments: { to }, options: { withMasterKey, ...given } }) => {
    const place = placeOf(surroundings, given);
    if ('eventsTable' in place) {
      if (withMasterKey) throw new UsageError('--with-master-key is for a data folder: on AWS the key is an SSM parameter, see docs/backup.md');
      const { backUpTables } = await loadTables();
      const counts = await backUpTables(to, place, new Date().toISOString());
      surroundings.output.oneOfMany(counts, () => [`${to} has ${count(counts.events, 'event')} and ${count(counts.state, 'item')} of state`]);
      return outcomes.done.exitCode;
    }
    const { backUpFolder } = await import('#admin/backup-folder');
    const made = await backUpFolder({ from: place.data, to, ...keyOf(place) }, { withMasterKey });
    surroundings.output.oneOfMany(made, () => [`${to} has ${count(made.events, 'event')} and ${count(made.blobs, 'blob')}${made.masterKey ? ', and the master key' : ''}`]);
    if (!made.masterKey) surroundings.output.note('the master key is not in it: without it the copy\'s secrets cannot be read');
    return outcomes.done.exitCode;
  },
});

const restoreCommand = command({
  path: ['restore'],
  summary: 'Make the data of a control plane of a copy',
  description: 'What `sluice backup` has made is read to its end first. A data folder must be new or empty, and needs the master key, in the copy or by --master-key-file. Tables must be empty, or are emptied with --replace: then everything in them is gone. What was under way when the copy was made goes on, or is brought to an end by the sweep.',
  arguments: { from: { description: 'what `sluice backup` made', completes: 'file' } },
  options: { ...placeOptions, replace: { type: 'switch', description: 'of tables: remove everything in both before' } },
  examples: [
    { command: 'sluice restore /backups/2026-11-21 --data /var/lib/sluice --master-key-file /safe/master.key', does: 'make a data folder of a copy' },
    { command: 'sluice restore tables.jsonl --events-table NEW_EVENTS --state-table NEW_STATE --replace', does: 'restore into the tables of a new stack' },
  ],
  json: 'the same line as `sluice backup`: what was restored.',
  local: true,
  run: async (surroundings, { arguments: { from }, options: { replace, ...given } }) => {
    const place = placeOf(surroundings, given);
    if ('eventsTable' in place) {
      const { restoreTables } = await loadTables();
      const counts = await restoreTables(from, place, { replace });
      surroundings.output.oneOfMany(counts, () => [`restored ${count(counts.events, 'event')} and ${count(counts.state, 'item')} of state`]);
      return outcomes.done.exitCode;
    }
    if (replace) throw new UsageError('--replace is for tables: a data folder is restored into a new or empty folder');
    const { restoreFolder } = await import('#admin/backup-folder');
    const made = await restoreFolder({ from, to: place.data, ...keyOf(place) });
    surroundings.output.oneOfMany(made, () => [`restored ${count(made.events, 'event')} and ${count(made.blobs, 'blob')}`]);
    return outcomes.done.exitCode;
  },
});

export const backupCommands: readonly Command[] = [backupCommand, restoreCommand];

type Given = { readonly data: string | undefined; readonly masterKeyFile: string | undefined; readonly eventsTable: string | undefined; readonly stateTable: string | undefined };

function placeOf({ environment }: Surroundings, { eventsTable, stateTable, ...folder }: Given) {
  if (eventsTable === undefined && stateTable === undefined) return readSettings(dataSettings, { variables: { data, masterKeyFile }, environment, flags: folder });
  if (eventsTable === undefined || stateTable === undefined) throw new UsageError('--events-table and --state-table go together: a control plane on AWS has both');
  if (folder.data !== undefined) throw new UsageError('--data and --events-table name two places: give one of them');
  return { eventsTable, stateTable };
}

function keyOf({ masterKeyFile: file }: { readonly masterKeyFile?: string | undefined }): { readonly masterKeyFile?: string } {
  return file === undefined ? {} : { masterKeyFile: file };
}

async function loadTables() {
  const { withAwsPackages } = await import('#admin/aws-packages');
  return await withAwsPackages('tables', async () => await import('#admin/backup-tables'));
}
