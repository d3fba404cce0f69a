import type { SideSpec } from '#contracts/adapter';
import { isProxied, sidesOf } from '#agent/component/placement';
import type { ComponentRecord, PlacedSide } from '#agent/component/placement';
import type { ProxyConfiguration, ProxySide } from '#agent/proxy/configuration';

/** What the plan needs to know of an instance. */
export type InstanceView = { readonly id: string; readonly port: number | null; readonly ready: boolean; readonly reachable: boolean };

/** What is known around a component's record. */
export type Surroundings = {
  readonly host: string;
  readonly specOf: (side: string) => SideSpec | undefined;
  /** The instances of a side that are wanted, in their order. */
  readonly instancesOf: (side: PlacedSide) => readonly InstanceView[];
};

/**
 * What the proxy is to do by a component's record, without a revision; `undefined` for a component without a proxy. Traffic follows the
 * current placement; ports are opened already for what a command is starting, so that a port that cannot be had is found out before.
 */
export function planProxy(record: ComponentRecord, around: Surroundings): Omit<ProxyConfiguration, 'revision'> | undefined {
  const placements = [record.current, ...(record.pending === null ? [] : [record.pending.desired])];
  const specs = placements.flatMap(sidesOf).map((side) => around.specOf(side.side)).filter((spec) => spec !== undefined).filter(isProxied);
  const ports = [...new Set(specs.map((spec) => spec.component.port ?? 0))].map((port) => (port === 0 ? (record.chosenPort ?? 0) : port)).filter((port) => port > 0);
  if (ports.length === 0) return undefined;
  const leading = [record.current.new, record.current.stable].map((side) => (side === null ? undefined : around.specOf(side.side))).find((spec) => spec !== undefined);
  return {
    application: record.application,
    component: record.component,
    host: around.host,
    ports: ports.toSorted((left, right) => left - right),
    sides: { new: plannedSide(record.current.new, around), stable: plannedSide(record.current.stable, around) },
    weightPercent: record.current.weightPercent,
    sticky: leading?.component.sticky ?? null,
  };
}

/**
 * A side with its ready instances. When none is ready, those that were and still run are used all the same: an instance that answers its
 * health check too late under load serves better than nobody.
 */
function plannedSide(side: PlacedSide | null, around: Surroundings): ProxySide | null {
  if (side === null) return null;
  const instances = around.instancesOf(side);
  const ready = instances.filter((one) => one.ready);
  const used = ready.length > 0 ? ready : instances.filter((one) => one.reachable);
  return { key: side.side, release: side.release, instances: used.flatMap((one) => (one.port === null ? [] : [{ id: one.id, port: one.port }])).toSorted((left, right) => (left.id < right.id ? -1 : 1)) };
}

/** Which share of the traffic each release has by what a proxy does, in percent; both sides may be of one release. */
export function sharesIn({ sides, weightPercent }: Pick<ProxyConfiguration, 'sides' | 'weightPercent'>): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  const ofNew = sides.new === null ? 0 : sides.stable === null && weightPercent > 0 ? 100 : weightPercent;
  for (const [side, share] of [[sides.new, ofNew], [sides.stable, 100 - ofNew]] as const) if (side !== null) shares.set(side.release, (shares.get(side.release) ?? 0) + share);
  return shares;
}
