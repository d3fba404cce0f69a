import * as z from 'zod';

import type { Context } from '#application/context';

/** The most differences of a tenant that are followed at a time: of at most 1 kB each (names of 63 characters, a command's id of 300, 250 of words), they are 200 kB, half of what an item of DynamoDB may have. Others wait for their turn. */
const MAXIMUM_SUSPECTS = 200;

const DIFFERENCE_CHARACTERS = 250;

/** In the place of the application and of the component: all that runs at a target and should not. No application has this name. */
export const STRAYS = '*';

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
  readonly #version: number;

  private constructor({ after, suspects: known }: z.infer<typeof progress>, version: number) {
    this.#version = version;
    this.after = after;
    this.#known = new Map(known.map((one) => [keyOf(one), one]));
    this.#before = this.#text();
  }

  static async read(context: Context): Promise<Suspects> {
    const kept = await context.ports.readModels.get(context.tenant, 'sweep', PROGRESS_KEY);
    return kept === undefined ? new Suspects({ after: null, suspects: [] }, 0) : new Suspects(progress.parse(kept.document), kept.version);
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

  /** Writes them where anything has changed, also while a clock that was set back has not caught up: what a target was told must not be forgotten. */
  async keep(context: Context): Promise<void> {
    if (this.#text() === this.#before) return;
    await context.ports.readModels.put(context.tenant, 'sweep', { key: PROGRESS_KEY, version: Math.max(context.ports.clock.now(), this.#version + 1), index: {}, document: this.#document() });
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
