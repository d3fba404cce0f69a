import type { OperationOutput } from '#contracts/http/routes';

import { command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { eventLine } from '../live/event-line.ts';
import { UsageError } from '../usage-error.ts';
import { pageOptions } from './list.ts';

type EventPage = OperationOutput<'listEvents'>;

export const eventsCommand = command({
  path: ['events'],
  summary: 'Show what happened to a deployment, or in the tenant, oldest first',
  arguments: { id: { description: 'a deployment; without it all events of the tenant', optional: true } },
  options: {
    stream: { type: 'text', placeholder: 'STREAM', description: 'only the events of one stream, as application/shop' },
    type: { type: 'text', placeholder: 'TYPE', description: 'only events of this type, as VerdictReached; of a deployment or a stream' },
    ...pageOptions,
  },
  examples: [
    { command: 'sluice events dep-01kaj3zv6w8y2r9d4x5b7c1m0n', does: 'show the history of a deployment' },
    { command: 'sluice events --stream application/shop --all --json', does: 'all changes of an application' },
    { command: 'sluice events dep-01kaj3zv6w8y2r9d4x5b7c1m0n --type VerdictReached', does: 'show how a deployment was judged' },
  ],
  json: 'the page `{items, nextCursor?}`; with --all one page with all events.',
  run: async ({ client, output, signal }, { arguments: { id }, options: { stream, type, limit, cursor, all } }) => {
    if (id !== undefined && stream !== undefined) throw new UsageError('give either ID or --stream');
    const query = { ...(type === undefined ? {} : { type }), ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
    const read = (page: typeof query) => id === undefined
      ? client().exchange('listEvents', { query: { ...page, ...(stream === undefined ? {} : { stream }) } }, { signal })
      : client().exchange('listDeploymentEvents', { params: { id }, query: page }, { signal });
    const page = all ? await readAllEvents((next) => read({ limit: 200, ...query, ...next })) : await read(query);
    const body: EventPage = page.body;
    output.answer(page.unchanged, () => [
      ...body.items.map((event) => eventLine(event, output.paint, id === undefined ? `${event.stream} ` : '')),
      ...(body.items.length === 0 ? ['nothing there'] : []),
      ...(body.nextCursor === undefined ? [] : [`there are more: --all, or --cursor ${body.nextCursor}`]),
    ]);
    return outcomes.done.exitCode;
  },
});

/** The most events that --all collects: 500 pages of 200. */
const MAXIMUM_ALL = 100_000;

async function readAllEvents(read: (next: { cursor?: string }) => Promise<{ readonly body: EventPage }>): Promise<{ readonly body: EventPage; readonly unchanged: unknown }> {
  const items: EventPage['items'] = [];
  let cursor: string | undefined;
  do {
    const { body }: { readonly body: EventPage } = await read(cursor === undefined ? {} : { cursor });
    items.push(...body.items);
    if (items.length > MAXIMUM_ALL) throw new UsageError(`there are more than ${MAXIMUM_ALL} events: leave out --all and go on with --cursor`);
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  return { body: { items }, unchanged: { items } };
}
