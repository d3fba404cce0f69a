import { dataSettings, serveVariables } from '#contracts/environment';

import { command } from '../command.ts';
import type { Command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { readSettings } from '../read-settings.ts';
import { UsageError } from '../usage-error.ts';
import { ago, count } from '../words.ts';
import { dataOptions } from './admin-data.ts';

const { data, masterKeyFile } = serveVariables;
const { blobsBucket: _blobsBucket, ...placeOptions } = dataOptions;

/** How many findings people are shown; `--json` has more. */
const SHOWN_FINDINGS = 50;

const verifyCommand = command({
  path: ['audit', 'verify'],
  summary: 'Find any event that was changed, removed or reordered',
  description: 'Reads all events and compares them with their hashes, each of which covers the event before it, with the checkpoints that the control plane seals each minute, and with its own marks of how far streams go. Nothing is changed, and `sluice serve` may go on. Without the master key the seals of checkpoints are not compared. Keep what `--json` prints somewhere else: with `--against`, a later audit also finds that everything was set back to an earlier state. docs/reliability.md says what is found and what is not.',
  arguments: {},
  options: { ...placeOptions, against: { type: 'text', placeholder: 'FILE', completes: 'file', description: 'what an earlier `sluice audit verify --json` printed: its checkpoints must still be there' } },
  examples: [
    { command: 'sluice audit verify --data /var/lib/sluice', does: 'audit a data folder, also while it is served' },
    { command: 'sluice audit verify --events-table EVENTS --state-table STATE --master-key-file master.key', does: 'audit a control plane on AWS' },
  ],
  json: '`{"tenants": N, "streams": N, "events": N, "checkpoints": {TENANT: {"number", "seal", "at"}}, "sealsChecked": BOOLEAN, "unsealed": {"events", "since"}, "found": N, "findings": [{"kind", "tenant", "stream", "version", "reason"}, …]}` with the first 1000 findings.',
  local: true,
  run: async ({ output, environment }, { options: { eventsTable, stateTable, against, ...folder } }) => {
    const settings = readSettings(dataSettings, { variables: { data, masterKeyFile }, environment, flags: folder });
    const key = settings.masterKeyFile === undefined ? {} : { masterKeyFile: settings.masterKeyFile };
    if ((eventsTable === undefined) !== (stateTable === undefined)) throw new UsageError('--events-table and --state-table go together: a control plane on AWS has both');
    if (eventsTable !== undefined && folder.data !== undefined) throw new UsageError('--data and --events-table name two places: give one of them');
    const { auditPlace } = await import('#admin/audit');
    const report = await auditPlace(eventsTable === undefined || stateTable === undefined ? { dataFolder: settings.data, ...key } : { eventsTable, stateTable, ...key }, against);
    output.answer(report, () => [
      ...report.findings.slice(0, SHOWN_FINDINGS).map(({ kind, tenant, stream, version, reason }) => `${kind}: ${[tenant, stream, version === undefined ? undefined : `version ${version}`].filter((part) => part !== undefined).join(' ') || 'all events'}: ${reason}`),
      ...(report.found > SHOWN_FINDINGS ? [`and ${report.found - SHOWN_FINDINGS} more, which --json shows`] : []),
      `${report.found === 0 ? 'nothing was changed, removed or reordered' : count(report.found, 'finding')} in ${count(report.events, 'event')} of ${count(report.streams, 'stream')} of ${count(report.tenants, 'tenant')}`,
    ]);
    if (!report.sealsChecked) output.note('the seals of checkpoints were not compared: that takes --master-key-file');
    if (report.unsealed.since !== null) output.note(`${count(report.unsealed.events, 'event')} are in no checkpoint yet, the oldest made ${ago(report.unsealed.since, Date.now())} ago`);
    return (report.found === 0 ? outcomes.done : outcomes.auditFailed).exitCode;
  },
});

export const auditCommands: readonly Command[] = [verifyCommand];
