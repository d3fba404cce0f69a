import * as z from 'zod';

import type { Sample } from '#contracts/samples';
import { latencySketch } from '#domain/analysis/latency-sketch';
import type { Samples } from '#ports/samples';

import { ordered } from './table.ts';
import type { Item, Table } from './table.ts';

/** Samples are kept for a day. */
const KEPT_SECONDS = 86_400;

const stored = z.object({
  application: z.string(), component: z.string(), release: z.string(), second: z.int(), requests: z.int(), errors: z.int(),
  latency: z.string().transform((text) => latencySketch.parse(JSON.parse(text))),
});

/** The samples: one item per second, release and component, in the order of seconds. The table itself removes what is old. */
export class DynamoSamples implements Samples {
  readonly #state: Table;

  constructor(state: Table) {
    this.#state = state;
  }

  async write(tenant: string, target: string, samples: readonly Sample[]): Promise<void> {
    const items = samples.map((one): Item => ({
      pk: partitionOf(tenant, target, one.application), sk: `${ordered(one.second)}#${one.component}#${one.release}`,
      ...one, latency: JSON.stringify(one.latency), expiresAt: one.second + KEPT_SECONDS,
    }));
    // A batch may not name a place twice; of two samples with one place the later counts.
    await this.#state.putMany([...new Map(items.map((item) => [`${item.pk}\n${item.sk}`, item])).values()]);
  }

  async read(tenant: string, query: { readonly target: string; readonly application: string; readonly fromSecond: number; readonly toSecond: number }): Promise<readonly Sample[]> {
    const { target, application, fromSecond, toSecond } = query;
    if (toSecond <= fromSecond) return [];
    const items = await this.#state.query(partitionOf(tenant, target, application), { from: ordered(fromSecond), before: ordered(toSecond) });
    return items.map((item) => stored.parse(item));
  }

  /** The table removes what has expired by itself, so nothing is counted here. */
  async expire(): Promise<number> {
    return 0;
  }
}

function partitionOf(tenant: string, target: string, application: string): string {
  return `${tenant}#sample#${target}#${application}`;
}
