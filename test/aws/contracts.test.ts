import { randomBytes } from 'node:crypto';

import { DynamoEventStore } from '#aws/event-store';
import { Feed } from '#aws/feed';
import { DynamoIdempotency } from '#aws/idempotency';
import { DynamoKeys } from '#aws/keys';
import { DynamoLeases } from '#aws/lease';
import { DynamoRateLimits } from '#aws/rate-limit';
import { DynamoPermits } from '#aws/permits';
import { DynamoReadModels } from '#aws/read-model';
import { DynamoSamples } from '#aws/samples';
import { sealedKeysIn } from '#aws/sealed-keys';
import { DynamoSecrets } from '#aws/secrets';
import { DynamoTickets } from '#aws/tickets';
import { eventsBetween } from '#aws/unrelayed';
import { tables } from '#contracts/tables';
import { Vault } from '#engine/vault';
import type { EventEnvelope } from '#contracts/events';
import { VirtualTime } from '#test/standalone/virtual-time';

import { connectionContract } from '../contracts/connections.ts';
import { eventStoreContract } from '../contracts/event-store.ts';
import { idempotencyContract } from '../contracts/idempotency.ts';
import { keyContract } from '../contracts/keys.ts';
import { leaseContract } from '../contracts/lease.ts';
import { rateLimitContract } from '../contracts/rate-limit.ts';
import { permitContract } from '../contracts/permits.ts';
import { readModelContract } from '../contracts/read-model.ts';
import { sampleContract } from '../contracts/samples.ts';
import { secretContract } from '../contracts/secrets.ts';
import { ticketContract } from '../contracts/tickets.ts';
import { timerContract } from '../contracts/timer.ts';
import { openGatewayConnections } from './connection-subject.ts';
import { freshTables } from './tables.ts';
import type { FreshTables } from './tables.ts';
import { openVirtualTimers } from './virtual-delays.ts';

const name = 'DynamoDB';
const now = () => Date.now();
const closing = (made: FreshTables) => async () => made.close();
const vaultOf = async ({ state }: FreshTables) => {
  const vault = await Vault.open(sealedKeysIn(state), randomBytes(32));
  return async () => await Promise.resolve(vault);
};

eventStoreContract(name, async () => {
  const made = await freshTables();
  const feed = new Feed(made.events, made.state);
  const port = new DynamoEventStore(made.events, feed);
  /** What the projector does with the table's stream, here with the index by time. */
  const settle = async () => {
    const tenants = new Map<string, EventEnvelope[]>();
    for await (const place of eventsBetween(made.client, { name: made.eventsName, index: tables.events.index.name }, Date.parse('2026-11-21T11:00:00Z'), Date.parse('2026-11-21T13:00:00Z'))) {
      const [event] = await port.read(place, { fromVersion: place.version, limit: 1 });
      if (event !== undefined) tenants.set(place.tenant, [...(tenants.get(place.tenant) ?? []), event]);
    }
    for (const [tenant, events] of tenants) await feed.record(tenant, events);
  };
  return { port, close: closing(made), settle };
});

readModelContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoReadModels(made.state, now), close: closing(made), settle: () => Promise.resolve() };
});

leaseContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoLeases(made.state), close: closing(made) };
});

keyContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoKeys(made.state), close: closing(made) };
});

secretContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoSecrets(made.state, await vaultOf(made)), close: closing(made) };
});

idempotencyContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoIdempotency(made.state, await vaultOf(made)), close: closing(made), now };
});

sampleContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoSamples(made.state), close: closing(made), now };
});

permitContract(name, async () => {
  const made = await freshTables();
  let passedSeconds = 0;
  return { port: new DynamoPermits(made.state, () => Date.now() + passedSeconds * 1000), pass: async (seconds) => { passedSeconds += seconds; }, close: closing(made) };
});

ticketContract(name, async () => {
  const made = await freshTables();
  return { port: new DynamoTickets(made.state, now), close: closing(made), now };
});

rateLimitContract(name, async () => {
  const [made, time] = [await freshTables(), new VirtualTime()];
  return { port: new DynamoRateLimits(made.state, time), close: closing(made), pass: async (seconds) => time.advance(seconds) };
});

timerContract(name, openVirtualTimers);

connectionContract('of a gateway', openGatewayConnections);
