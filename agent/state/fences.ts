import * as z from 'zod';

import { resourceName } from '#domain/resources/names';
import { readJsonFile, writeJsonFile } from '#agent/state/json-file';

/** The highest generation seen per application, on disk before anything is done under it, so that late commands are refused also after a restart. */
export class Fences {
  readonly #path: string;
  readonly #generations: Map<string, number>;

  constructor(path: string) {
    this.#path = path;
    this.#generations = new Map(Object.entries(readJsonFile(path, z.record(resourceName, z.int().min(0))) ?? {}));
  }

  /** The highest generation seen of an application; 0 when there was none. */
  seen(application: string): number {
    return this.#generations.get(application) ?? 0;
  }

  /** The highest generation seen of each application. */
  get all(): { readonly [application: string]: number } {
    return Object.fromEntries(this.#generations);
  }

  /** Notes a generation; a lower one than was seen changes nothing. */
  raise(application: string, generation: number): void {
    if (generation <= this.seen(application)) return;
    this.#generations.set(application, generation);
    writeJsonFile(this.#path, Object.fromEntries(this.#generations));
  }
}
