import type { Anchor, AuditFinding, AuditedCheckpoint } from '#engine/audit-source';
import { FIRST_PREVIOUS_SEAL, checkpointedTenant, sealOf } from '#engine/checkpoints';
import type { Checkpoint } from '#ports/checkpoints';

/** The hashes that checkpoints have of a stream, by version, and the number of the checkpoint that has each; `to` is the highest version of them. */
export type SealedStream = { readonly tenant: string; readonly stream: string; to: number; readonly hashes: Map<number, { readonly hash: string; readonly number: number }> };

type Known = { last: Checkpoint; readonly seals: Map<number, string> };

/** Compares checkpoints with each other and with their seals, and gathers what they say of streams. */
export class AuditedCheckpoints {
  /** By tenant and stream, with a `#` between. */
  readonly sealed = new Map<string, SealedStream>();
  /** False as soon as one seal could not be compared. */
  sealsChecked = true;
  readonly #tell: (finding: AuditFinding) => void;
  readonly #dataKeyOf: (tenant: string) => Promise<Uint8Array | undefined>;
  readonly #known = new Map<string, Known>();
  /** What the operator's checkpoints say of those of other tenants. */
  readonly #named: { readonly tenant: string; readonly number: number; readonly seal: string; readonly by: string }[] = [];

  constructor(tell: (finding: AuditFinding) => void, dataKeyOf: (tenant: string) => Promise<Uint8Array | undefined>) {
    this.#tell = tell;
    this.#dataKeyOf = dataKeyOf;
  }

  /** The newest of each tenant. */
  get newest(): { readonly [tenant: string]: Anchor & { readonly at: string } } {
    return Object.fromEntries([...this.#known].map(([tenant, { last: { number, seal, at } }]) => [tenant, { number, seal, at }]));
  }

  async add(one: AuditedCheckpoint): Promise<void> {
    const { tenant } = one;
    if ('trouble' in one) return this.#tell({ kind: 'checkpoint', tenant, reason: one.trouble });
    const { checkpoint } = one;
    const known = this.#known.get(tenant);
    this.#follow(tenant, known?.last, checkpoint);
    const dataKey = await this.#dataKeyOf(tenant);
    if (dataKey === undefined) this.sealsChecked = false;
    else if (sealOf(dataKey, tenant, checkpoint) !== checkpoint.seal) return this.#remember(tenant, checkpoint, `the seal of checkpoint ${checkpoint.number} is not that of its content: it was changed`);
    this.#remember(tenant, checkpoint);
    for (const head of checkpoint.heads) {
      const other = checkpointedTenant(tenant, head);
      if (other === undefined) this.#seal(tenant, checkpoint.number, head);
      else this.#named.push({ tenant: other, number: head.version, seal: head.hash, by: `checkpoint ${checkpoint.number} of ${tenant}` });
    }
  }

  /** Tells what is missing, once all have been added. `anchors` are the newest checkpoints of an earlier audit. */
  end(anchors: { readonly [tenant: string]: Anchor }): void {
    for (const named of this.#named) this.#require(named);
    for (const [tenant, { number, seal }] of Object.entries(anchors)) this.#require({ tenant, number, seal, by: 'the earlier report' });
  }

  #follow(tenant: string, last: Checkpoint | undefined, { number, previousSeal }: Checkpoint): void {
    const expected = (last?.number ?? 0) + 1;
    if (number !== expected) this.#tell({ kind: 'checkpoint', tenant, reason: `checkpoint ${number} follows ${expected - 1}: what was between was removed` });
    else if (previousSeal !== (last?.seal ?? FIRST_PREVIOUS_SEAL)) this.#tell({ kind: 'checkpoint', tenant, reason: `checkpoint ${number} does not follow the one before: one of them was changed` });
  }

  #remember(tenant: string, checkpoint: Checkpoint, trouble?: string): void {
    const known = this.#known.get(tenant) ?? { last: checkpoint, seals: new Map<number, string>() };
    known.last = checkpoint;
    known.seals.set(checkpoint.number, checkpoint.seal);
    this.#known.set(tenant, known);
    if (trouble !== undefined) this.#tell({ kind: 'checkpoint', tenant, reason: trouble });
  }

  #seal(tenant: string, number: number, { stream, version, hash }: Checkpoint['heads'][number]): void {
    const name = `${tenant}#${stream}`;
    const sealed = this.sealed.get(name) ?? { tenant, stream, to: 0, hashes: new Map() };
    if (!sealed.hashes.has(version)) sealed.hashes.set(version, { hash, number });
    sealed.to = Math.max(sealed.to, version);
    this.sealed.set(name, sealed);
  }

  #require({ tenant, number, seal, by }: { readonly tenant: string; readonly number: number; readonly seal: string; readonly by: string }): void {
    const present = this.#known.get(tenant)?.seals.get(number);
    if (present === undefined) this.#tell({ kind: 'checkpoint', tenant, reason: `checkpoint ${number}, which ${by} names, is not there: it was removed` });
    else if (present !== seal) this.#tell({ kind: 'checkpoint', tenant, reason: `checkpoint ${number} is another one than ${by} names: it was replaced` });
  }
}
