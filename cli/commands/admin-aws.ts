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

export const awsAdminCommands: readonly Command[] = [redriveCommand];
