import type { Anchor, AuditFinding } from '#engine/audit-source';
import { OPERATOR } from '#engine/checkpoints';

/** Checkpoints are made every minute; what is older than this when others are made was left out. On AWS five sweeps may share the events of five minutes. */
const SEALED_WITHIN_MILLISECONDS = 600_000;

/**
 * From how many spans of ten minutes a checkpoint may be the first to seal events: one goes over into the next, and a control plane that was stopped within the minute after an event
 * seals it when it is started, together with what happens then. Events of more spans were made while it was at work for longer than sealing takes.
 */
const MAXIMUM_SPANS = 4;

/** What an event tells of sealing: its tenant, its instant (ISO 8601 UTC), the number of the first checkpoint that covers it, and its place in the order of all events; infinite where there is no such order. */
export type Sealing = { readonly tenant: string; readonly at: string; readonly checkpoint: number | undefined; readonly position: number };

/**
 * Compares when events were made with when they were sealed: who removes checkpoints, writes events anew and has the control plane seal them again leaves a checkpoint that is the first to seal
 * events of a long time, or events that none has. It cannot be told from an import. Memory: some 100 bytes for each checkpoint.
 */
export class AuditedSealing {
  readonly #tell: (finding: AuditFinding) => void;
  readonly #newest: number;
  #events = 0;
  #since: string | null = null;
  /** By tenant: how many events were left out, when the oldest was made, and the first of their positions. */
  readonly #leftOut = new Map<string, { count: number; since: string; position: number }>();
  /** Events are sealed in their order: what stands behind all that is sealed was not left out, whatever clocks say. */
  #sealedTo = Number.NEGATIVE_INFINITY;
  /** By tenant and number of a checkpoint, the spans from which it was the first to seal events. */
  readonly #spans = new Map<string, Map<number, number[]>>();

  /**
   * `newest` are the newest checkpoints of all tenants; without one nothing was ever sealed, and nothing can be late. The operator's is made last of all, whatever clocks say. `now`, in milliseconds
   * since 1970, is the auditor's: where the control plane's clock was ahead and was set back, what has just happened is older than the newest checkpoint.
   */
  constructor(tell: (finding: AuditFinding) => void, newest: { readonly [tenant: string]: { readonly at: string } }, now: number) {
    this.#tell = tell;
    const made = newest[OPERATOR] === undefined ? Object.values(newest) : [newest[OPERATOR]];
    this.#newest = Math.min(now, made.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), Number.NEGATIVE_INFINITY));
  }

  /** How many events are in no checkpoint, and when the oldest of them was made. */
  get unsealed(): { readonly events: number; readonly since: string | null } {
    return { events: this.#events, since: this.#since };
  }

  add({ tenant, at, checkpoint, position }: Sealing): void {
    if (checkpoint !== undefined) {
      this.#sealedTo = Math.max(this.#sealedTo, position);
      return this.#addSealed(tenant, checkpoint, Math.floor(Date.parse(at) / SEALED_WITHIN_MILLISECONDS));
    }
    this.#events += 1;
    if (this.#since === null || at < this.#since) this.#since = at;
    if (Date.parse(at) >= this.#newest - SEALED_WITHIN_MILLISECONDS) return;
    const known = this.#leftOut.get(tenant) ?? { count: 0, since: at, position };
    this.#leftOut.set(tenant, { count: known.count + 1, since: at < known.since ? at : known.since, position: Math.min(known.position, position) });
  }

  /** Tells what is late, one finding of a kind for each tenant. What the checkpoints of an earlier report have sealed was told then. */
  end(anchors: { readonly [tenant: string]: Anchor }): void {
    for (const [tenant, { count, since, position }] of this.#leftOut) {
      if (position > this.#sealedTo) continue;
      this.#tell({ kind: 'late', tenant, reason: `${count} events, the oldest of ${since}, are in no checkpoint, though checkpoints were made more than ten minutes later: they were imported, or checkpoints were removed` });
    }
    for (const [tenant, ofTenant] of this.#spans) {
      const late = [...ofTenant].filter(([number, spans]) => spans.length > MAXIMUM_SPANS && number > (anchors[tenant]?.number ?? 0)).map(([number]) => number).toSorted((one, other) => one - other);
      const [first] = late;
      if (first !== undefined) this.#tell({ kind: 'late', tenant, reason: `checkpoint ${first}${late.length > 1 ? `, and ${late.length - 1} after it,` : ''} sealed events of a long time at once: they were imported, or the checkpoints before were removed and these made anew, which makes a seal of whatever the events said then` });
    }
  }

  #addSealed(tenant: string, checkpoint: number, span: number): void {
    const ofTenant = this.#spans.get(tenant) ?? new Map<number, number[]>();
    this.#spans.set(tenant, ofTenant);
    const spans = ofTenant.get(checkpoint);
    if (spans === undefined) ofTenant.set(checkpoint, [span]);
    else if (spans.length <= MAXIMUM_SPANS && !spans.includes(span)) spans.push(span);
  }
}
