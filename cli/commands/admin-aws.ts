import { errors } from '#contracts/errors';

import { command } from '../command.ts';
import type { Command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { count } from '../words.ts';

/** A queue holds fewer as a rule; who has more does it again. */
const MAXIMUM_MESSAGES = 1000;

const redriveCommand = command({
  path: ['admin', 'redrive'],
  summary: 'Send the messages of an on-failure queue on AWS to where they came from',
  description: 'A function that failed is called again with the same event, asynchronously; a timer\'s message goes back into the timers\' queue; what names only a range of the table\'s stream is left to the sweep, which brings in what is missing. Everything bears a repetition. Messages that came after it began are left, so what fails again is not sent again and again. Region and credentials come from the environment.',
  arguments: { queue: { description: 'the queue\'s name or address, as `sluice-resume-machine-failed`' } },
  options: { limit: { type: 'number', placeholder: 'N', minimum: 1, maximum: 100_000, description: `how many messages at the most (${MAXIMUM_MESSAGES})` } },
  examples: [{ command: 'sluice admin redrive sluice-resume-machine-failed', does: 'try again what resume-machine could not do' }],
  json: 'one line `{"sent": N, "leftToSweep": N, "failed": [REASON, …]}`; `failed` messages are still in the queue.',
  local: true,
  run: async ({ output }, { arguments: { queue }, options: { limit } }) => {
    const { withAwsPackages } = await import('#admin/aws-packages');
    const { redriveQueue } = await withAwsPackages('queues', async () => await import('#admin/redrive'));
    const redriven = await redriveQueue(queue, limit ?? MAXIMUM_MESSAGES);
    output.oneOfMany(redriven, () => [
      `${count(redriven.sent, 'message')} sent, ${redriven.leftToSweep} left to the sweep, ${redriven.failed.length} could not be sent and stay`, ...[...new Set(redriven.failed)].slice(0, 10).map((reason) => `  ${reason}`),
    ]);
    return redriven.failed.length === 0 ? outcomes.done.exitCode : errors.unavailable.exitCode;
  },
});

const tableOptions = {
  eventsTable: { type: 'text', placeholder: 'NAME', required: true, description: 'the table of events' },
  stateTable: { type: 'text', placeholder: 'NAME', required: true, description: 'the other table' },
} as const;

const backupCommand = command({
  path: ['admin', 'backup'],
  summary: 'Copy both tables of a control plane on AWS to a file',
  description: 'Item by item, also while it works: the state before the events, so that the copy never knows of an event that it does not have. The bucket and the master key are not in it: see docs/backup.md. Only its owner can read the file. Region and credentials come from the environment.',
  arguments: { file: { description: 'the file, which must not be there', completes: 'file' } },
  options: tableOptions,
  examples: [{ command: 'sluice admin backup tables.jsonl --events-table EVENTS --state-table STATE', does: 'copy the tables' }],
  json: 'one line `{"state": N, "events": N}`: how many items each table has.',
  local: true,
  run: async ({ output }, { arguments: { file }, options }) => {
    const { backUp } = await loadBackup();
    const counts = await backUp(file, options, new Date().toISOString());
    output.oneOfMany(counts, () => [`${file} has ${count(counts.events, 'event')} and ${count(counts.state, 'item')} of state`]);
    return outcomes.done.exitCode;
  },
});

const restoreCommand = command({
  path: ['admin', 'restore'],
  summary: 'Write a copy of both tables into the tables of a control plane on AWS',
  description: 'The file is read to its end first. The tables must be empty, or are emptied with --replace: then everything in them is gone. Running deployments of the copy are brought to an end by the sweep.',
  arguments: { file: { description: 'what `sluice admin backup` wrote', completes: 'file' } },
  options: { ...tableOptions, replace: { type: 'switch', description: 'remove everything in both tables before' } },
  examples: [{ command: 'sluice admin restore tables.jsonl --events-table NEW_EVENTS --state-table NEW_STATE --replace', does: 'restore into the tables of a new stack' }],
  json: 'one line `{"state": N, "events": N}`: how many items were written.',
  local: true,
  run: async ({ output }, { arguments: { file }, options: { replace, ...tables } }) => {
    const { restore } = await loadBackup();
    const counts = await restore(file, tables, { replace });
    output.oneOfMany(counts, () => [`restored ${count(counts.events, 'event')} and ${count(counts.state, 'item')} of state`]);
    return outcomes.done.exitCode;
  },
});

export const awsAdminCommands: readonly Command[] = [redriveCommand, backupCommand, restoreCommand];

async function loadBackup() {
  const { withAwsPackages } = await import('#admin/aws-packages');
  return await withAwsPackages('tables', async () => await import('#admin/backup'));
}
