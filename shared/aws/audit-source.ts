import { isDeepStrictEqual } from 'node:util';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';

import { eventEnvelope } from '#contracts/events';
import type { AuditSource, AuditedCheckpoint, AuditedEvent, StreamEnd } from '#engine/audit-source';
import { Vault } from '#engine/vault';

import { CHECKPOINTS, checkpointOf } from './checkpoints.ts';
import { FED } from './feed.ts';
import { eventOfItem, itemOfEvent } from './event-item.ts';
import { RELAYED } from './relayed-mark.ts';
import { sealedKeysIn } from './sealed-keys.ts';
import { Table } from './table.ts';
import { scanned } from './table-copy.ts';

/** Nobody waits for an audit as for a request: 10 tries of 10 s bridge a table that is being scaled. */
const PATIENT = { maxAttempts: 10, requestHandler: { connectionTimeout: 1000, requestTimeout: 10_000, throwOnRequestTimeout: true } } as const;

/** Stands for a data key that was removed or changed: no seal holds under it. */
const NO_KEY = new Uint8Array();

const place = z.looseObject({ pk: z.string(), sk: z.string() });
const mark = z.looseObject({ version: z.int() });

type Stated = { readonly checkpoints: readonly AuditedCheckpoint[]; readonly ends: readonly StreamEnd[] };

/**
 * What an audit reads of a control plane's tables: both are scanned once, the state first, strongly consistent. The store's own marks are those of relay and feed, each of which says up to which
 * version it has had a stream. @throws Failure `conflict` for another master key; `not-found` for a table that is not there
 */
export async function openTablesAudit({ eventsTable, stateTable }: { readonly eventsTable: string; readonly stateTable: string }, masterKey: Uint8Array | undefined): Promise<AuditSource & { close(): void }> {
  const client = new DynamoDBClient(PATIENT);
  const vault = masterKey === undefined ? undefined : await Vault.open(sealedKeysIn(new Table(client, stateTable)), masterKey);
  let stated: Promise<Stated> | undefined;
  const state = async () => await (stated ??= readState(client, stateTable));
  return {
    checkpoints: async function* checkpoints() { yield* (await state()).checkpoints; },
    ends: async function* ends() { yield* (await state()).ends; },
    events: () => eventsIn(client, eventsTable),
    // Events have no place beside their streams here.
    rest: async function* rest() { yield* []; },
    dataKeyOf: async (tenant) => (vault === undefined ? undefined : await vault.dataKey(tenant).catch(() => NO_KEY)),
    close: () => client.destroy(),
  };
}

async function readState(client: DynamoDBClient, table: string): Promise<Stated> {
  const checkpoints: { readonly tenant: string; readonly sk: string; readonly audited: AuditedCheckpoint }[] = [];
  const ends: StreamEnd[] = [];
  for await (const stored of scanned(client, table)) {
    const item = unmarshall(stored);
    const { pk, sk } = place.parse(item);
    const [tenant = '', kind = ''] = [pk.slice(0, pk.indexOf('#')), pk.slice(pk.indexOf('#') + 1)];
    if (tenant === '') continue;
    if (kind === CHECKPOINTS) checkpoints.push({ tenant, sk, audited: auditedCheckpoint(tenant, sk, item) });
    if (kind === FED || kind === RELAYED) ends.push({ tenant, stream: sk, version: mark.parse(item).version, by: kind === FED ? 'the mark of the feed' : 'the mark of the relay', isExact: false });
  }
  // A scan does not promise the order of a partition.
  const ordered = checkpoints.toSorted((one, other) => (one.tenant === other.tenant ? (one.sk < other.sk ? -1 : 1) : one.tenant < other.tenant ? -1 : 1));
  return { checkpoints: ordered.map(({ audited }) => audited), ends };
}

function auditedCheckpoint(tenant: string, sk: string, item: unknown): AuditedCheckpoint {
  try {
    return { tenant, checkpoint: checkpointOf(item) };
  } catch (error) {
    return { tenant, trouble: `checkpoint ${Number(sk)} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function* eventsIn(client: DynamoDBClient, table: string): AsyncGenerator<AuditedEvent> {
  for await (const stored of scanned(client, table)) yield auditedEvent(unmarshall(stored));
}

/** Beside what the hash covers, an item has its place, and its places in the index by time. */
function auditedEvent(item: unknown): AuditedEvent {
  const { pk, sk } = place.parse(item);
  let envelope: ReturnType<typeof eventEnvelope.safeParse>;
  try {
    envelope = eventEnvelope.safeParse(eventOfItem(item));
  } catch (error) {
    return { place: `${pk} ${sk}`, trouble: error instanceof z.ZodError ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ') : 'its payload is no JSON' };
  }
  if (!envelope.success) return { place: `${pk} ${sk}`, trouble: envelope.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ') };
  const { payload: _payload, ...kept } = itemOfEvent(envelope.data);
  const { payload: _stored, ...found } = z.looseObject({ payload: z.string() }).parse(item);
  if (kept.pk !== pk || kept.sk !== sk) return { place: `${pk} ${sk}`, trouble: `it says that it is version ${envelope.data.version} of ${envelope.data.stream} in the tenant ${envelope.data.tenant}` };
  return { envelope: envelope.data, ...(isDeepStrictEqual({ ...kept }, { ...found }) ? {} : { trouble: 'what it is found by in the index by time was changed' }) };
}
