import { createHash } from 'node:crypto';

import type { Context } from '#application/context';
import { checkEvent } from '#contracts/check-event';
import { Failure } from '#contracts/errors';
import { eventCatalogue } from '#contracts/events';
import type { EventEnvelope, NewEvent } from '#contracts/events';
import { transferLine } from '#contracts/transfer';
import type { TransferLine } from '#contracts/transfer';
import { digest as digestForm } from '#domain/resources/names';
import type { StoredEvent } from '#ports/event-store';

/** How far a stream goes in the file, and what the installation has of it already. */
export type CheckedStream = { readonly tenant: string; readonly stream: string; readonly version: number; readonly hash: string; readonly present: number };

type Followed = CheckedStream & { readonly presentHash: string | undefined };

/** What a file holds, when all of it is right. */
export type CheckedTransfer = { readonly streams: ReadonlyMap<string, CheckedStream>; readonly events: number; readonly tenants: readonly string[] };

/** How hashes are chained: what stands before a stream's first event, and the hash of an event over the one before. */
export type Chain = { readonly first: string; hashOf(previousHash: string, canonical: string): string };

/** What a stream is known by. No tenant has a `#`. */
export function streamName({ tenant, stream }: { readonly tenant: string; readonly stream: string }): string {
  return `${tenant}#${stream}`;
}

/** Reads a line. @throws Failure `rule-broken` that names it */
export function parseTransferLine(text: string, number: number): TransferLine {
  const broken = (why: string) => new Failure('rule-broken', `Line ${number} of the file is none that an export has written: ${why}. Nothing was changed.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('it is no JSON');
  }
  const parsed = transferLine.safeParse(value);
  if (parsed.success) return parsed.data;
  throw broken(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).slice(0, 3).join('; '));
}

/**
 * Reads a file to its end and changes nothing: each line fits, each stream is whole and its chain of hashes holds, each blob is what its digest says, and what
 * the installation has of these streams is the same.
 * @throws Failure `rule-broken` for a file that is not whole or was changed; `conflict` when the installation has something else under the same name
 */
export async function checkTransfer(context: Context, lines: AsyncIterable<TransferLine>, chain: Chain): Promise<CheckedTransfer> {
  const streams = new Map<string, Followed>();
  let [count, events, isWhole] = [0, 0, false];
  let tenants: readonly string[] = [];
  for await (const line of lines) {
    count += 1;
    if (isWhole) throw new Failure('rule-broken', `Line ${count} stands after the end. Nothing was changed.`);
    if ((count === 1) !== (line.kind === 'sluice-export')) throw new Failure('rule-broken', `Line ${count} is not where an export has it: the header is the first line, and nothing else is. Nothing was changed.`);
    switch (line.kind) {
      case 'sluice-export': tenants = line.tenants; break;
      case 'blob': requireDigest(line); break;
      case 'event':
        events += 1;
        streams.set(streamName(line.event), await follow(context, chain, { event: line.event, before: streams.get(streamName(line.event)) }));
        break;
      case 'end':
        isWhole = line.lines === count;
        if (!isWhole) throw new Failure('rule-broken', `The file says that it has ${line.lines} lines, and has ${count}. Nothing was changed.`);
        break;
      case 'key': case 'lease': case 'claim': case 'secret': break;
    }
  }
  if (!isWhole) throw new Failure('rule-broken', `The file was cut off after ${count} lines. Nothing was changed.`);
  for (const stream of streams.values()) await requireSameBeyond(context, stream);
  return { streams, events, tenants };
}

/** Checks that an event goes on from the one before in the file, and equals what is present. */
async function follow(context: Context, chain: Chain, { event, before }: { readonly event: EventEnvelope; readonly before: Followed | undefined }): Promise<Followed> {
  const known = before ?? { version: 0, hash: chain.first, ...(await presentOf(context, event)) };
  const name = `${event.tenant} ${event.stream} version ${event.version}`;
  if (event.version !== known.version + 1) throw new Failure('rule-broken', `${name} follows version ${known.version} in the file: the stream is not whole. Nothing was changed.`);
  const { hash, tenant, stream, version, at, traceId } = event;
  const { canonical } = checkEvent(newEventOf(event), { tenant, stream, version, at, traceId });
  if (chain.hashOf(known.hash, canonical) !== hash) throw new Failure('rule-broken', `The hash of ${name} is not that of its content and the event before: it was changed. Nothing was imported.`);
  if (version === known.present && hash !== known.presentHash) throw differs(event);
  return { tenant, stream, version, hash, present: known.present, presentHash: known.presentHash };
}

async function presentOf(context: Context, { tenant, stream }: EventEnvelope): Promise<{ readonly present: number; readonly presentHash: string | undefined }> {
  const head = await context.ports.events.readLast({ tenant, stream });
  return { present: head?.version ?? 0, presentHash: head?.hash };
}

/** A stream that has gone on here since it was brought in the first time must have gone on from the same place. */
async function requireSameBeyond(context: Context, stream: CheckedStream): Promise<void> {
  if (stream.present <= stream.version) return;
  const [same] = await context.ports.events.read(stream, { fromVersion: stream.version, limit: 1 });
  if (same?.hash !== stream.hash) throw differs(stream);
}

function differs({ tenant, stream, version }: Pick<StoredEvent, 'tenant' | 'stream' | 'version'>): Failure {
  return new Failure('conflict', { detail: `This installation has another event as version ${version} of ${stream} in the tenant ${tenant}. A file is imported into an empty installation, or again into the same one. Nothing was changed.`, context: { tenant, stream, version } });
}

function requireDigest({ digest, content }: Extract<TransferLine, { kind: 'blob' }>): void {
  const actual = digestForm.parse(`sha256:${createHash('sha256').update(Buffer.from(content, 'base64')).digest('hex')}`);
  if (actual !== digest) throw new Failure('rule-broken', `The content of ${digest} has the digest ${actual}: it was changed. Nothing was imported.`);
}

/** The event without its envelope, in the version in which it was written; its payload is checked once more when it is appended. */
export function newEventOf({ type, payload, schemaVersion }: EventEnvelope): NewEvent {
  const entry = Object.entries(eventCatalogue).find(([name]) => name === type)?.[1];
  if (entry === undefined) throw new Failure('rule-broken', `No event is named ${type}: the file is of a newer version of Sluice. Nothing was changed.`);
  return (schemaVersion === entry.version ? { type, payload: entry.payload.parse(payload) } : { type, payload, schemaVersion }) as NewEvent;
}
