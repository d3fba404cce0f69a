import * as z from 'zod';

import type { Place, Table, Write } from './table.ts';

const counter = z.object({ howMany: z.number() });

/**
 * The write that counts something in or out, in the transaction that makes or removes it: so the count is right whoever ends in between. It costs one
 * item, where to count anew would cost as much as all of what is counted.
 */
export function counting(tenant: string, what: string, by: 1 | -1): Write {
  return { update: placeOf(tenant, what), change: { expression: 'ADD howMany :by', values: { ':by': by } } };
}

/** How many there are. */
export async function counted(state: Table, tenant: string, what: string): Promise<number> {
  const found = await state.get(placeOf(tenant, what));
  return found === undefined ? 0 : counter.parse(found).howMany;
}

function placeOf(tenant: string, what: string): Place {
  return { pk: `${tenant}#count#${what}`, sk: '-' };
}
