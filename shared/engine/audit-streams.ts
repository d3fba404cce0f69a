import { canonicalJson } from '#contracts/canonical-json';
import type { EventEnvelope } from '#contracts/events';
import type { AuditFinding, AuditedEvent, StreamEnd } from '#engine/audit-source';
import type { SealedStream } from '#engine/audit-checkpoints';
import type { AuditedSealing } from '#engine/audit-sealing';
import { FIRST_PREVIOUS_HASH, hashOf } from '#engine/event-chain';

/** How far a stream was followed. The hash is unknown behind a gap. */
type Followed = { version: number; hash: string | undefined; position: number; seal: Sealed | undefined; readonly seals: Iterator<Sealed>; readonly waiting: Map<number, Placed> };

/** A version that was sealed, and by which checkpoint. */
type Sealed = readonly [version: number, by: { readonly number: number }];

type Placed = Extract<AuditedEvent, { envelope: unknown }>;

/** Follows all streams at once and compares them with what was sealed and what the store's marks say. */
export class AuditedStreams {
  readonly #tell: (finding: AuditFinding) => void;
  readonly #sealed: ReadonlyMap<string, SealedStream>;
  readonly #ends = new Map<string, StreamEnd[]>();
  readonly #followed = new Map<string, Followed>();
  readonly #sealing: Pick<AuditedSealing, 'add'>;
  #events = 0;

  constructor(tell: (finding: AuditFinding) => void, sealed: ReadonlyMap<string, SealedStream>, sealing: Pick<AuditedSealing, 'add'>) {
    this.#tell = tell;
    this.#sealed = sealed;
    this.#sealing = sealing;
  }

  /** Takes down how far a stream must go; before any event. */
  expect(end: StreamEnd): void {
    const name = `${end.tenant}#${end.stream}`;
    this.#ends.set(name, [...(this.#ends.get(name) ?? []), end]);
  }

  add(event: AuditedEvent): void {
    this.#events += 1;
    if ('place' in event) return this.#tell({ kind: 'changed', reason: `what is stored at ${event.place} cannot be read as an event: ${event.trouble}` });
    const { tenant, stream, version } = event.envelope;
    const name = `${tenant}#${stream}`;
    const followed = this.#followed.get(name) ?? { version: 0, hash: FIRST_PREVIOUS_HASH, position: 0, seal: undefined, seals: (this.#sealed.get(name)?.hashes ?? new Map<number, Sealed[1]>()).entries(), waiting: new Map<number, Placed>() };
    this.#followed.set(name, followed);
    if (version <= followed.version) return this.#tell({ kind: 'added', tenant, stream, version, reason: 'the stream has this version twice' });
    followed.waiting.set(version, event);
    this.#advance(followed);
  }

  /** Compares what is left, and answers what there was. */
  end(): { readonly tenants: number; readonly streams: number; readonly events: number } {
    for (const [name, followed] of this.#followed) this.#finish(name, followed);
    for (const name of new Set([...this.#sealed.keys(), ...this.#ends.keys()])) this.#compareEnd(name, this.#followed.get(name));
    const tenants = new Set([...this.#followed.keys()].map((name) => name.slice(0, name.indexOf('#'))));
    return { tenants: tenants.size, streams: this.#followed.size, events: this.#events };
  }

  #advance(followed: Followed): void {
    for (let next = followed.waiting.get(followed.version + 1); next !== undefined; next = followed.waiting.get(followed.version + 1)) {
      followed.waiting.delete(followed.version + 1);
      this.#follow(followed, next);
    }
  }

  /** What waits for a version that did not come is behind a gap. */
  #finish(name: string, followed: Followed): void {
    const [tenant, stream] = partsOf(name);
    for (const next of [...followed.waiting.keys()].toSorted((one, other) => one - other)) {
      if (next <= followed.version) continue;
      const [first, last] = [followed.version + 1, next - 1];
      this.#tell({ kind: 'removed', tenant, stream, version: first, reason: first === last ? `version ${first} is missing` : `versions ${first} to ${last} are missing` });
      followed.version = last;
      followed.hash = undefined;
      this.#advance(followed);
    }
  }

  #follow(followed: Followed, { envelope, position = Number.POSITIVE_INFINITY, trouble }: Placed): void {
    const { tenant, stream, version, hash, at } = envelope;
    const about = { tenant, stream, version };
    const sealed = this.#sealed.get(`${tenant}#${stream}`)?.hashes.get(version);
    if (trouble !== undefined) this.#tell({ kind: 'changed', ...about, reason: trouble });
    else if (followed.hash !== undefined && hashOf(followed.hash, canonicalOf(envelope)) !== hash) this.#tell({ kind: 'changed', ...about, reason: `its hash is not that of its content and of the event before: it was changed, or stood elsewhere` });
    else if (sealed !== undefined && sealed.hash !== hash) this.#tell({ kind: 'rewritten', ...about, reason: `its hash is another one than checkpoint ${sealed.number} sealed: the stream was written anew` });
    if (position < followed.position) this.#tell({ kind: 'reordered', ...about, reason: 'it stands before an earlier version of its stream in the order of all events' });
    this.#sealing.add({ tenant, at, position, checkpoint: sealerOf(followed, version) });
    Object.assign(followed, { version, hash, position: Number.isFinite(position) ? position : followed.position });
  }

  #compareEnd(name: string, followed: Followed | undefined): void {
    const [tenant, stream] = partsOf(name);
    const version = followed?.version ?? 0;
    const sealed = this.#sealed.get(name);
    const sealedTo = sealed?.to ?? 0;
    const missing = (to: number, by: string) => this.#tell({ kind: 'removed', tenant, stream, version: version + 1, reason: version === 0 ? `the whole stream is missing: ${by} has it up to version ${to}` : `the stream ends at version ${version}, and ${by} has it up to version ${to}` });
    if (sealedTo > version) return missing(sealedTo, `checkpoint ${sealed?.hashes.get(sealedTo)?.number ?? 0}`);
    for (const end of this.#ends.get(name) ?? []) {
      if (end.version > version) return missing(end.version, end.by);
      if (end.isExact && end.version < version) return this.#tell({ kind: 'added', tenant, stream, version: end.version + 1, reason: `${end.by} ends at version ${end.version}: what follows was appended by somebody else` });
      if (end.hash !== undefined && end.version === version && followed?.hash !== end.hash) return this.#tell({ kind: 'rewritten', tenant, stream, version, reason: `its hash is another one than ${end.by} has: the stream was written anew` });
    }
  }
}

/** The first checkpoint that covers a version; asked for one version after the other, as checkpoints have sealed them. */
function sealerOf(followed: Followed, version: number): number | undefined {
  while ((followed.seal?.[0] ?? 0) < version) {
    const next = followed.seals.next();
    if (next.done === true) return undefined;
    followed.seal = next.value;
  }
  return followed.seal?.[1].number;
}

/** No tenant has a `#` in its name. */
function partsOf(name: string): readonly [tenant: string, stream: string] {
  const at = name.indexOf('#');
  return [name.slice(0, at), name.slice(at + 1)];
}

function canonicalOf({ hash: _hash, ...content }: EventEnvelope): string {
  return canonicalJson(content);
}
