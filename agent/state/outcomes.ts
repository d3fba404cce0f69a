import * as z from 'zod';

import { readJsonFile, writeJsonFile } from '#agent/state/json-file';

const outcome = z.strictObject({ state: z.enum(['done', 'replaced']), reason: z.string() });
export type Outcome = z.infer<typeof outcome>;

/** A command is read again until its report was taken, minutes at the most; 500 are those of several hours of deployments. */
const KEPT = 500;

/**
 * The commands that were done, or replaced by a later one, by their ids: such a command is answered again and not done again. One that
 * failed is not kept: the same id means another attempt, as a rollback is repeated until it succeeds.
 */
export class Outcomes {
  readonly #path: string;
  readonly #known: Map<string, Outcome>;

  constructor(path: string) {
    this.#path = path;
    this.#known = new Map(readJsonFile(path, z.array(z.tuple([z.string(), outcome]))));
  }

  get(id: string): Outcome | undefined {
    return this.#known.get(id);
  }

  set(id: string, outcome: Outcome): void {
    this.#known.delete(id);
    this.#known.set(id, outcome);
    for (const oldest of [...this.#known.keys()].slice(0, Math.max(0, this.#known.size - KEPT))) this.#known.delete(oldest);
    writeJsonFile(this.#path, [...this.#known]);
  }
}
