import * as z from 'zod';

import type { Context } from '#application/context';

/** The most differences of a tenant that are followed at a time: 500 bytes each are 100 kB, a quarter of what an item of DynamoDB may have. Others wait for their turn. */
const MAXIMUM_SUSPECTS = 200;

const DIFFERENCE_CHARACTERS = 250;

/** A difference that was found at a target, and what was done about it. Times are ISO 8601 UTC. */
const suspect = z.strictObject({
  target: z.string(),
  application: z.string(),
  component: z.string(),
  /** Of the lease when it was found: with another one it is another matter. */
  generation: z.int(),
  difference: z.string().max(DIFFERENCE_CHARACTERS),
  /** When it was found first, and of when the target's word was. */
  foundAt: z.iso.datetime(),
  heardAt: z.iso.datetime(),
  /** The command by which the target was told again what to serve. */
  told: z.strictObject({ command: z.string(), at: z.iso.datetime(), deadline: z.iso.datetime() }).nullable(),
});

export type Suspect = z.infer<typeof suspect>;

/** What is kept of a tenant between sweeps: the target that was looked at last, where they are many, and the differences. */
const progress = z.strictObject({ after: z.string().nullable(), suspects: z.array(suspect) });
const PROGRESS_KEY = 'targets';

/** The differences at a tenant's targets that are being followed. */
export class Suspects {
  readonly #known: Map<string, Suspect>;
  /** The target after which the next sweep goes on; `null` to begin with the first. */
  after: string | null;
  readonly #before: string;

  private constructor(after: string | null, known: readonly Suspect[]) {
    this.after = after;
    this.#known = new Map(known.map((one) => [keyOf(one), one]));
    this.#before = this.#text();
  }

  static async read(context: Context): Promise<Suspects> {
    const kept = await context.ports.readModels.get(context.tenant, 'sweep', PROGRESS_KEY);
    const { after, suspects } = kept === undefined ? { after: null, suspects: [] } : progress.parse(kept.document);
    return new Suspects(after, suspects);
  }

  get(at: Pick<Suspect, 'target' | 'application' | 'component'>): Suspect | undefined {
    return this.#known.get(keyOf(at));
  }

  set(one: Suspect): void {
    if (this.#known.size < MAXIMUM_SUSPECTS || this.#known.has(keyOf(one))) this.#known.set(keyOf(one), { ...one, difference: one.difference.slice(0, DIFFERENCE_CHARACTERS) });
  }

  delete(one: Pick<Suspect, 'target' | 'application' | 'component'>): void {
    this.#known.delete(keyOf(one));
  }

  /** Those at one target. */
  at(target: string): readonly Suspect[] {
    return [...this.#known.values()].filter((one) => one.target === target);
  }

  /** Writes them where anything has changed. */
  async keep(context: Context): Promise<void> {
    if (this.#text() === this.#before) return;
    await context.ports.readModels.put(context.tenant, 'sweep', { key: PROGRESS_KEY, version: context.ports.clock.now(), index: {}, document: this.#document() });
  }

  #document(): z.input<typeof progress> {
    return { after: this.after, suspects: [...this.#known.values()] };
  }

  #text(): string {
    return JSON.stringify(this.#document());
  }
}

function keyOf({ target, application, component }: Pick<Suspect, 'target' | 'application' | 'component'>): string {
  return `${target}/${application}/${component}`;
}
