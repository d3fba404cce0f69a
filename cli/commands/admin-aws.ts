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

/** The names of what both commands work on, and what they have in common. */
const installation = { installation: { description: 'the installation\'s name, as the setting `name` has it: `sluice` if nothing else was said' } } as const;
const listed = 'one line `{"functions": [NAME, …]}`: those that were found.';

const pauseCommand = command({
  path: ['admin', 'pause'],
  summary: 'Let no function of a control plane on AWS be called, as a restore needs it',
  description: 'Each of its functions gets a concurrency of 0, so that nobody writes into its tables; clients are told to come again. Let no deployment run: a state machine that calls a function meanwhile gives up after some tries, and the sweep begins it again after. Events, timers and schedules wait. `sluice admin resume` ends it; a deploy of the stack does not. Region and credentials come from the environment.',
  arguments: installation,
  options: {},
  examples: [{ command: 'sluice admin pause sluice', does: 'stop the control plane before its tables are restored' }],
  json: listed,
  local: true,
  run: async ({ output }, { arguments: { installation: name } }) => {
    const { withAwsPackages } = await import('#admin/aws-packages');
    const { pauseOnAws } = await withAwsPackages('functions', async () => await import('#admin/pause'));
    const functions = await pauseOnAws(name);
    output.oneOfMany({ functions }, () => [`${count(functions.length, 'function')} paused; \`sluice admin resume ${name}\` lets them run again`]);
    return outcomes.done.exitCode;
  },
});

const resumeCommand = command({
  path: ['admin', 'resume'],
  summary: 'Let the functions of a paused control plane on AWS be called again',
  description: 'The concurrency of each is no longer bounded. Where the stack has the setting `apiConcurrency`, name its value: then what the stack had reserved is reserved again. Region and credentials come from the environment.',
  arguments: installation,
  options: { apiConcurrency: { type: 'number', placeholder: 'N', minimum: 1, maximum: 100_000, description: 'the stack\'s setting of that name, where it has one' } },
  examples: [{ command: 'sluice admin resume sluice', does: 'let the control plane work again' }],
  json: listed,
  local: true,
  run: async ({ output }, { arguments: { installation: name }, options: { apiConcurrency } }) => {
    const { withAwsPackages } = await import('#admin/aws-packages');
    const { resumeOnAws } = await withAwsPackages('functions', async () => await import('#admin/pause'));
    const functions = await resumeOnAws(name, apiConcurrency);
    output.oneOfMany({ functions }, () => [`${count(functions.length, 'function')} can be called again`]);
    return outcomes.done.exitCode;
  },
});

export const awsAdminCommands: readonly Command[] = [redriveCommand, pauseCommand, resumeCommand];
