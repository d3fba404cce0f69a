import { command } from '../command.ts';
import type { Command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { count } from '../words.ts';
import { dataOptions, withInstallation } from './admin-data.ts';

const exportCommand = command({
  path: ['admin', 'export'],
  summary: 'Write all events of a control plane, or of one tenant, to a file',
  description: 'The file has what another installation needs to go on from here: events with their hashes, plans, keys (hashes, so that who has a key goes on using it), what serves where and up to which generation, and secrets sealed with the master key. What runs cannot be moved: deployments must have ended. `sluice serve` must be stopped; a control plane on AWS must rest. Only its owner can read the file.',
  arguments: { file: { description: 'the file, which must not be there', completes: 'file' } },
  options: { tenant: { type: 'text', placeholder: 'NAME', description: 'only this tenant; else all, and the operator\'s keys' }, ...dataOptions },
  examples: [
    { command: 'sluice admin export all.jsonl --data /var/lib/sluice', does: 'write what a stopped control plane has' },
    { command: 'sluice admin export acme.jsonl --tenant acme --events-table EVENTS --state-table STATE --blobs-bucket BLOBS --master-key-file master.key', does: 'write one tenant of a control plane on AWS' },
  ],
  json: 'one line `{"event": N, "blob": N, "key": N, "lease": N, "claim": N, "secret": N, …}`: how many lines of each kind the file has.',
  local: true,
  run: async (surroundings, { arguments: { file }, options: { tenant, ...place } }) => await withInstallation(surroundings, place, {
    mayBeNew: false,
    run: async (installation) => {
      const { exportTo } = await import('#admin/transfer');
      const counts = await exportTo(file, installation, tenant);
      surroundings.output.oneOfMany(counts, () => [`${file} has ${count(counts.event, 'event')}, ${count(counts.blob, 'long plan')}, ${count(counts.key, 'key')}, ${count(counts.lease, 'lease')} and ${count(counts.secret, 'secret')}`]);
      if (installation.masterKey === undefined) surroundings.output.note('values of secrets are not in it: that takes --master-key-file');
      return outcomes.done.exitCode;
    },
  }),
});

const importCommand = command({
  path: ['admin', 'import'],
  summary: 'Bring an exported file into a stopped or resting control plane',
  description: 'The file is read to its end before anything is written: each stream\'s chain of hashes must hold, and what is there already must be the same. Then it is brought in, and the lists are made. Ended half-way, it is done again: what is there stays. On AWS the events count as relayed: nobody on the bus hears of them again. Secrets are opened with the master key of where the file was written, and sealed anew; without it they are left out, to be set again.',
  arguments: { file: { description: 'what `sluice admin export` wrote', completes: 'file' } },
  options: { ...dataOptions, sourceMasterKeyFile: { type: 'text', placeholder: 'FILE', completes: 'file', description: 'the master key of where the file was written' } },
  examples: [
    { command: 'sluice admin import all.jsonl --data new --source-master-key-file /var/lib/sluice/master.key', does: 'bring everything into a new data folder' },
    { command: 'sluice admin import all.jsonl --events-table EVENTS --state-table STATE --blobs-bucket BLOBS', does: 'bring everything but secrets\' values into a control plane on AWS' },
  ],
  json: 'one line `{"events": N, "streams": N, "keys": N, "leases": N, "secrets": N, "secretsLeftOut": N}`: what was brought in, without what was there.',
  local: true,
  run: async (surroundings, { arguments: { file }, options: { sourceMasterKeyFile, ...place } }) => await withInstallation(surroundings, place, {
    mayBeNew: true,
    run: async (installation) => {
      const { importFrom, readKeyFile } = await import('#admin/transfer');
      const imported = await importFrom(file, installation, sourceMasterKeyFile === undefined ? undefined : await readKeyFile(sourceMasterKeyFile));
      surroundings.output.oneOfMany(imported, () => [`brought in ${count(imported.events, 'event')}, ${count(imported.keys, 'key')}, ${count(imported.leases, 'lease')} and ${count(imported.secrets, 'secret')}; the lists show ${count(imported.streams, 'stream')} of the file`]);
      if (imported.secretsLeftOut > 0) surroundings.output.note(`${count(imported.secretsLeftOut, 'secret')} left out: set them again, or import again with --source-master-key-file`);
      return outcomes.done.exitCode;
    },
  }),
});

export const transferCommands: readonly Command[] = [exportCommand, importCommand];
