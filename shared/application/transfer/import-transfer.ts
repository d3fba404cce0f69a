import type { Context } from '#application/context';
import { project } from '#application/projector';
import { newEventOf, streamName } from '#application/transfer/check-transfer';
import type { CheckedTransfer } from '#application/transfer/check-transfer';
import { Failure } from '#contracts/errors';
import type { EventEnvelope } from '#contracts/events';
import type { TransferLine } from '#contracts/transfer';
import { MAXIMUM_APPENDED_EVENTS } from '#ports/event-store';

/** What an installation does around what is brought in, and how it opens what the other's master key sealed. */
export type ImportOptions = {
  /** Called before events of one stream are appended, and after; some of them may have been there. Both may be repeated. */
  before?(events: readonly EventEnvelope[]): Promise<void>;
  after?(events: readonly EventEnvelope[]): Promise<void>;
  /** Without it secrets are counted and left out. */
  unseal?(sealed: Uint8Array, secret: { readonly tenant: string; readonly name: string; readonly version: number }): string;
};

/** What was brought in; what was there already is not counted. */
export type Imported = { events: number; streams: number; keys: number; leases: number; secrets: number; secretsLeftOut: number };

/**
 * Brings a checked file in, and makes the read models of its streams. May be done again: what is there stays.
 * @throws Failure `conflict` when a deployment here holds a lease that the file has
 */
export async function importTransfer(context: Context, checked: CheckedTransfer, lines: AsyncIterable<TransferLine>, options: ImportOptions): Promise<Imported> {
  const imported: Imported = { events: 0, streams: 0, keys: 0, leases: 0, secrets: 0, secretsLeftOut: 0 };
  let together: EventEnvelope[] = [];
  const finish = async () => {
    imported.events += await append(context, checked, together, options);
    together = [];
  };
  for await (const line of lines) {
    if (line.kind !== 'event' || !belongs(together, line.event)) await finish();
    if (line.kind === 'event') together.push(line.event);
    else await bring({ ...context, tenant: tenantOf(line) ?? context.tenant }, line, { imported, options });
  }
  await finish();
  imported.streams = await show(context, checked);
  return imported;
}

/** Whether an event was appended together with those before it: of one decision, they are one append again. */
function belongs(together: readonly EventEnvelope[], event: EventEnvelope): boolean {
  const last = together.at(-1);
  return last !== undefined && together.length < MAXIMUM_APPENDED_EVENTS && streamName(last) === streamName(event) && last.at === event.at && last.traceId === event.traceId;
}

/** Appends the events that are not there; their hashes come out as they were, because all that goes into them is the same. */
async function append(context: Context, { streams }: CheckedTransfer, events: readonly EventEnvelope[], options: ImportOptions): Promise<number> {
  const [first] = events;
  if (first === undefined) return 0;
  const present = streams.get(streamName(first))?.present ?? 0;
  const missing = events.filter(({ version }) => version > present);
  await options.before?.(events);
  const [head] = missing;
  if (head !== undefined) {
    const { tenant, stream, at, traceId, version } = head;
    await context.ports.events.append({ tenant, stream, at, traceId, expectedVersion: version - 1, events: missing.map(newEventOf) });
  }
  await options.after?.(events);
  return missing.length;
}

async function bring(context: Context, line: TransferLine, { imported, options }: { readonly imported: Imported; readonly options: ImportOptions }): Promise<void> {
  const { ports, tenant } = context;
  switch (line.kind) {
    case 'blob': await ports.blobs.put(tenant, new Uint8Array(Buffer.from(line.content, 'base64'))); return;
    case 'key':
      if ((await ports.keys.get(tenant, line.key.id)) !== undefined) return;
      await ports.keys.create(line.key);
      imported.keys += 1;
      return;
    case 'lease': imported.leases += await bringLease(context, line); return;
    case 'claim': await ports.readModels.put(tenant, 'targets', { key: line.target, version: line.version, index: {}, document: line.document }); return;
    case 'secret':
      if ((await ports.secrets.facts(tenant, line.name)) !== undefined) return;
      if (options.unseal === undefined) imported.secretsLeftOut += 1;
      else {
        await ports.secrets.set(tenant, line.name, options.unseal(new Uint8Array(Buffer.from(line.sealed, 'base64')), line), line.at, { firstVersion: line.version });
        imported.secrets += 1;
      }
      return;
    case 'sluice-export': case 'event': case 'end': return;
  }
}

/**
 * Taking and freeing is the only way to a higher generation, so it is done as often as it was done where the lease comes from: a target refuses
 * a lower one than it has seen. The last one who frees it says what serves there.
 */
async function bringLease({ ports, tenant }: Context, line: Extract<TransferLine, { kind: 'lease' }>): Promise<number> {
  const { target, application, generation, stable, stableBy } = line;
  const holder = stableBy ?? 'import';
  const read = async () => (await ports.leases.read(tenant, target, application))[0]?.generation ?? 0;
  let reached = await read();
  if (reached >= generation) return 0;
  while (reached < generation) {
    const taken = await ports.leases.take(tenant, holder, [{ target, application }]);
    if ('heldBy' in taken) throw new Failure('conflict', `The lease of ${application} on ${target} is held by ${taken.heldBy.join(', ')}: the control plane works already. Stop it, and import again.`);
    await ports.leases.free(tenant, holder, stable === null && stableBy === null ? {} : { [target]: stable });
    reached = await read();
  }
  return 1;
}

/** Brings the newest event of each stream into the read models, which is all that a rebuild does with it. */
async function show(context: Context, { streams }: CheckedTransfer): Promise<number> {
  for (const { tenant, stream } of streams.values()) {
    const last = await context.ports.events.readLast({ tenant, stream });
    if (last !== undefined) await project({ ...context, tenant }, last);
  }
  return streams.size;
}

function tenantOf(line: TransferLine): string | undefined {
  if (line.kind === 'key') return line.key.tenant;
  return 'tenant' in line ? line.tenant : undefined;
}
