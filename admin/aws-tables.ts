import { isRelayed } from '#aws/event-item';
import { openDataPorts } from '#aws/data-ports';
import { markRelayed } from '#aws/relayed-mark';
import { readMasterKey } from '#standalone/master-key';
import type { EventEnvelope } from '#contracts/events';

import { contextOn } from './installation.ts';
import type { Installation } from './installation.ts';

/** Which tables; the bucket and the master key's file where they are needed. */
export type AwsTablesOptions = { readonly eventsTable: string; readonly stateTable: string; readonly blobsBucket?: string; readonly masterKeyFile?: string };

/**
 * Opens the tables of a control plane on AWS. What is brought in counts as relayed, so that nobody on the bus takes history for news; and it gets its
 * places in the feed at once, whether or not a projector follows the table.
 */
export async function openTables({ eventsTable, stateTable, blobsBucket, masterKeyFile }: AwsTablesOptions): Promise<Installation> {
  const masterKey = masterKeyFile === undefined ? undefined : await readMasterKey(masterKeyFile, false);
  const { ports, feed, state, close } = openDataPorts({ eventsTable, stateTable, ...(blobsBucket === undefined ? {} : { blobsBucket }), ...(masterKey === undefined ? {} : { masterKey }) });
  const followed = (events: readonly EventEnvelope[]) => events.filter(({ type }) => isRelayed(type));
  return {
    context: contextOn(ports), masterKey,
    around: {
      before: async (events) => {
        const last = followed(events).at(-1);
        if (last !== undefined) await markRelayed(state, last);
      },
      after: async (events) => {
        const [first] = followed(events);
        if (first !== undefined) await feed.record(first.tenant, followed(events));
      },
    },
    close: async () => await Promise.resolve(close()),
  };
}
