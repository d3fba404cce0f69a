import { SluiceError } from '#client/sluice-error';
import type { StreamEvent } from '#client/subscription';

import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { eventLine } from '../live/event-line.ts';
import { follow } from '../live/follow.ts';
import { UsageError } from '../usage-error.ts';

export const watchCommand = command({
  path: ['watch'],
  summary: 'Follow a deployment, or all that happens in an environment or the tenant',
  description: 'With ID, follows one deployment to its end; the exit code tells how it ended. Otherwise shows events as they happen until it is interrupted.',
  arguments: { id: { description: 'the deployment', optional: true } },
  options: { environment: { type: 'text', placeholder: 'NAME', description: 'follow all deployments to this environment' } },
  examples: [
    { command: 'sluice watch dep-01kaj3zv6w8y2r9d4x5b7c1m0n', does: 'follow a deployment to its end' },
    { command: 'sluice watch --environment production --json', does: 'write all events of an environment as JSON lines' },
  ],
  json: 'one line per event; with ID the last line is the deployment as it ended.',
  run: async (surroundings, { arguments: { id }, options: { environment } }) => {
    if (id === undefined) return watchEvents(surroundings, environment);
    if (environment !== undefined) throw new UsageError('give either ID or --environment');
    return follow(surroundings, id);
  },
});

async function watchEvents(surroundings: Surroundings, environment: string | undefined): Promise<number> {
  const { client, output, signal } = surroundings;
  const subscription = client().subscribe(environment === undefined ? { kind: 'tenant' } : { kind: 'environment', environment }, { signal });
  await subscription.ready;
  if (!output.json) output.note('events as they happen; end with Ctrl-C');
  const name = namer(surroundings);
  for await (const event of subscription) {
    const { cursor: _, ...shown } = event;
    const subject = output.json ? '' : await name(event);
    output.oneOfMany(shown, () => [eventLine(event, output.paint, subject)]);
  }
  return signal.aborted ? outcomes.interrupted.exitCode : outcomes.done.exitCode;
}

/** As many names of deployments are kept. */
const MAXIMUM_NAMES = 1000;

/** Finds out what a deployment is about when it is first heard of; other streams are called by their name. */
function namer({ client, signal }: Surroundings): (event: StreamEvent) => Promise<string> {
  const known = new Map<string, string>();
  return async ({ stream }) => {
    const [kind, id = ''] = stream.split('/');
    if (kind !== 'deployment') return `${stream} `;
    const name = known.get(id) ?? (await nameOf(id));
    if (known.size >= MAXIMUM_NAMES) known.clear();
    known.set(id, name);
    return `${name} `;
  };

  async function nameOf(id: string): Promise<string> {
    try {
      const view = await client().getDeployment({ params: { id } }, { signal });
      return `${view.application} ${view.release} → ${view.environment}`;
    } catch (error) {
      if (error instanceof SluiceError) return id;
      throw error;
    }
  }
}
