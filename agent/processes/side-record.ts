import { createHash } from 'node:crypto';

import * as z from 'zod';

import { secretValues, sideSpec } from '#contracts/adapter';
import type { SideSpec } from '#contracts/adapter';

/** How to start an instance of a side: what the command said, and the secret values that came beside it. Kept in a file of its own, readable by the agent's user alone. */
export const sideRecord = z.strictObject({ spec: sideSpec, secrets: secretValues });
export type SideRecord = z.infer<typeof sideRecord>;

/**
 * What makes instances interchangeable: the release, its artefact and the component's configuration. The number of instances is none of it,
 * nor are secret values: a side that serves is not replaced because a secret was changed meanwhile.
 */
export function fingerprintOf(spec: SideSpec): string {
  const component = { ...spec.component, replicas: undefined, scaling: undefined };
  return createHash('sha256').update(canonical({ release: spec.release, artefact: spec.artefact, component })).digest('hex').slice(0, 24);
}

/** JSON with its members in the order of their names, so that equal values give equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
