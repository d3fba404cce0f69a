import { DynamoEventStore } from '#aws/event-store';
import { Feed } from '#aws/feed';
import { DynamoReadModels } from '#aws/read-model';
import { DynamoRelay } from '#aws/relay';
import type { EventBus } from '#aws/put-events';
import type { EventEnvelope } from '#contracts/events';
import type { NewEvent } from '#contracts/events';

import { found } from '../contracts/event-store.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';

/** A bus that notes what it takes, and refuses what it is told to, as one that is throttled does; it may not answer at all. */
export class PlayedBus implements EventBus {
  readonly taken: EventEnvelope[] = [];
  readonly requests: (readonly EventEnvelope[])[] = [];
  isOut = false;
  refuses: (event: EventEnvelope) => boolean = () => false;

  async put(events: readonly EventEnvelope[]): Promise<readonly (string | undefined)[]> {
    this.requests.push(events);
    if (this.isOut) throw new Error('the bus does not answer');
    return events.map((event) => {
      if (this.refuses(event)) return 'ThrottlingException too many';
      this.taken.push(event);
      return undefined;
    });
  }

  /** The versions of a stream, in the order in which they were taken. */
  versionsOf(tenant: string, stream: string): readonly number[] {
    return this.taken.filter((event) => event.tenant === tenant && event.stream === stream).map(({ version }) => version);
  }
}

/** The tables with what stands on them, and a played bus. */
export type Installation = FreshTables & { readonly store: DynamoEventStore; readonly feed: Feed; readonly readModels: DynamoReadModels; readonly bus: PlayedBus; readonly relay: DynamoRelay };

/** Opens everything that the stream's consumers need, on tables of its own. */
export async function openInstallation(): Promise<Installation> {
  const made = await freshTables();
  const feed = new Feed(made.events, made.state);
  const bus = new PlayedBus();
  return { ...made, feed, bus, store: new DynamoEventStore(made.events, feed), readModels: new DynamoReadModels(made.state, () => Date.now()), relay: new DynamoRelay({ events: made.events, state: made.state, bus }) };
}

/** Appends events to a stream and answers them as they are stored. `at` is ISO 8601 UTC. */
export async function appended({ store }: Installation, where: { readonly tenant: string; readonly stream: string }, count: number, at = '2026-11-21T12:00:00.000Z'): Promise<readonly EventEnvelope[]> {
  const expectedVersion = (await store.readLast(where))?.version ?? 0;
  const events = Array.from({ length: count }, (_, index): NewEvent => found(`${where.stream} ${expectedVersion + index + 1}`));
  await store.append({ ...where, expectedVersion, events, at, traceId: '0af7651916cd43dd8448eb211c80319c' });
  return await store.read(where, { fromVersion: expectedVersion + 1 });
}
