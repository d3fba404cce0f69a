import type { HttpAnswer } from '#application/http/exchange';
import type { WholeSystem } from '#test/standalone/server/whole-system';

import type { TwoTenants } from './foreign-things.ts';
import type { Pointers, Try } from './foreign-tries.ts';
import { ask } from './in-process-call.ts';

/** The trace of every try, by which what it has caused is known. */
export const TRACE = 'f0'.repeat(16);

/** A try whose answers differ. */
export type Leak = Pick<Try, 'operation' | 'role' | 'variation'> & { readonly foreign: HttpAnswer; readonly unknown: HttpAnswer };

/** Makes all tries, one after the other. Answers those that tell what is foreign from what never was, and how often each status came. */
export async function leaksOf({ api }: WholeSystem, { keys, pairs }: TwoTenants, tries: readonly Try[]): Promise<{ readonly leaks: readonly Leak[]; readonly statuses: ReadonlyMap<number, number> }> {
  const told = toldWithout(pairs);
  const leaks: Leak[] = [];
  const statuses = new Map<number, number>();
  for (const { operation, role, variation, ...one } of tries) {
    const asRole = { key: keys[role], traceId: TRACE };
    const [foreign, unknown] = [await ask(api, { ...one.foreign, ...asRole }), await ask(api, { ...one.unknown, ...asRole })];
    statuses.set(foreign.status, (statuses.get(foreign.status) ?? 0) + 1);
    if (told(foreign) !== told(unknown)) leaks.push({ operation, role, variation, foreign, unknown });
  }
  return { leaks, statuses };
}

/** What an answer says, without the names that it was asked for and without what is new in every answer. */
export function toldWithout(pairs: TwoTenants['pairs']): (answer: HttpAnswer) => string {
  const of = ({ subjects, cursors }: Pointers) => [subjects.deployments, subjects.keys, subjects.tenants, ...Object.values(cursors)];
  const names = pairs.flatMap(({ foreign, unknown }, pair) => [of(foreign), of(unknown)].flatMap((all) => all.map((name, index) => [name, `NAME-${pair}-${index}`] as const)));
  return ({ status, headers, body }) => names.reduce((left, [name, place]) => left.replaceAll(name, place), `${status} ${JSON.stringify(headers)} ${body}`)
    .replaceAll(/\b(their|never)-(?=[a-z0-9.-]*\d)/g, '…-').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/\b(dep|key)-0[0-9a-z]{25}\b/g, '$1-ID').replaceAll(/sl[kt]_[\w-]{4,}/g, 'SECRET');
}
