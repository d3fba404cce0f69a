import * as z from 'zod';

import type { DesiredState, SideSpec } from '#contracts/adapter';
import { takesTraffic } from '#domain/resources/application';
import { releaseName, resourceName, weightPercent } from '#domain/resources/names';
import { fingerprintOf } from '#agent/processes/side-record';

/** A side as the agent keeps it: which instances are meant, how many, and how its traffic is handled. */
export const placedSide = z.strictObject({ side: z.string(), release: releaseName, replicas: z.int().min(0) });

/** What is to run of a component, and how its traffic is shared. */
export const placement = z.strictObject({ new: placedSide.nullable(), stable: placedSide.nullable(), weightPercent });

/**
 * What is kept of a component. `current` is what serves. A command on its way first starts what it needs (`starting`: traffic is where it was),
 * then becomes the current placement, and is done when what is not wanted has been drained and stopped (`settling`).
 */
export const componentRecord = z.strictObject({
  application: resourceName,
  component: resourceName,
  current: placement,
  pending: z.strictObject({ command: z.string(), desired: placement, stage: z.enum(['starting', 'settling']), deadline: z.iso.datetime() }).nullable(),
  /** The revision of the last configuration that the proxy was told. */
  revision: z.int().min(0),
  /** The port that was found for a component that takes any. */
  chosenPort: z.int().nullable(),
});

export type PlacedSide = z.infer<typeof placedSide>;
export type Placement = z.infer<typeof placement>;
export type ComponentRecord = z.infer<typeof componentRecord>;

/** Nothing runs. */
export const NOTHING: Placement = { new: null, stable: null, weightPercent: 0 };

export function placementOf(desired: DesiredState): Placement {
  return { new: placed(desired.new), stable: placed(desired.stable), weightPercent: desired.weightPercent };
}

/** The sides that are there. */
export function sidesOf(of: Placement): readonly PlacedSide[] {
  return [of.new, of.stable].filter((side) => side !== null);
}

/** How many instances of a side a placement wants. Both sides may mean the same instances. */
export function replicasIn(of: Placement, side: string): number {
  return Math.max(0, ...sidesOf(of).filter((one) => one.side === side).map((one) => one.replicas));
}

/** A side's share of the traffic, in percent. */
export function shareOf(of: Placement, side: string): number {
  const ofNew = of.new === null ? 0 : of.stable === null && of.weightPercent > 0 ? 100 : of.weightPercent;
  return (of.new?.side === side ? ofNew : 0) + (of.stable?.side === side ? 100 - ofNew : 0);
}

/** How many instances of a side are to run now: while a command starts what it needs, nothing that serves is taken away. */
export function wantedReplicas(record: ComponentRecord, side: string): number {
  return Math.max(replicasIn(record.current, side), record.pending?.stage === 'starting' ? replicasIn(record.pending.desired, side) : 0);
}

/** The sides that anything still needs. */
export function wantedSides(record: ComponentRecord): readonly string[] {
  return [...new Set([record.current, ...(record.pending === null ? [] : [record.pending.desired])].flatMap(sidesOf).map((one) => one.side))];
}

/**
 * How many instances of a side must be ready before traffic moves: all of them where there are to be more than before; one where a side
 * that runs already is to get more traffic, since a return to it must not wait for its last instance; none where it gets no more.
 */
export function neededReady(current: Placement, desired: Placement, side: string): number {
  const wanted = replicasIn(desired, side);
  if (wanted > replicasIn(current, side)) return wanted;
  return wanted > 0 && shareOf(desired, side) > shareOf(current, side) ? 1 : 0;
}

/** Whether a side stands behind a proxy here: what takes traffic and has a port. */
export function isProxied(spec: SideSpec): boolean {
  return takesTraffic(spec.component.type) && spec.component.port !== undefined;
}

function placed(side: SideSpec | null): PlacedSide | null {
  return side === null ? null : { side: fingerprintOf(side), release: side.release, replicas: side.replicas };
}
