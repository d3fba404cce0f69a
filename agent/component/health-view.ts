import type { ComponentHealth } from '#contracts/adapter';
import type { ComponentState } from '#domain/resources/application';
import { replicasIn, sidesOf, wantedReplicas, wantedSides } from '#agent/component/placement';
import type { ComponentRecord } from '#agent/component/placement';

/** What the view needs to know of an instance. */
export type InstanceFacts = { readonly side: string; readonly release: string; readonly ready: boolean; readonly failed: boolean; readonly stopping: boolean; readonly reason: string };

/** The contract's limit of a reason. */
const REASON_CHARACTERS = 2000;

/** What is known of each release of a component, in the eight words for a component's state; with the releases' shares of the traffic where there is a proxy that knows them. */
export function healthOf(record: ComponentRecord, instances: readonly InstanceFacts[], shares?: ReadonlyMap<string, number>): readonly ComponentHealth[] {
  const placed = [record.current, ...(record.pending === null ? [] : [record.pending.desired])].flatMap(sidesOf);
  const releases = [...new Set([...placed.map((side) => side.release), ...instances.map((one) => one.release)])];
  return releases.map((release) => {
    const own = instances.filter((one) => one.release === release);
    const serving = own.filter((one) => !one.stopping);
    const sides = wantedSides(record).filter((side) => placed.some((one) => one.side === side && one.release === release));
    const replicas = sides.reduce((sum, side) => sum + wantedReplicas(record, side), 0);
    const troubled = serving.find((one) => one.failed) ?? serving.find((one) => !one.ready);
    return {
      application: record.application,
      component: record.component,
      release,
      state: stateOf(record, { sides, replicas, own }),
      replicas,
      readyReplicas: Math.min(replicas, serving.filter((one) => one.ready).length),
      reason: (troubled?.reason ?? '').slice(0, REASON_CHARACTERS),
      ...(shares === undefined ? {} : { weightPercent: shares.get(release) ?? 0 }),
    };
  });
}

type Release = { readonly sides: readonly string[]; readonly replicas: number; readonly own: readonly InstanceFacts[] };

function stateOf(record: ComponentRecord, { sides, replicas, own }: Release): ComponentState {
  const serving = own.filter((one) => !one.stopping);
  if (replicas === 0) return own.length > 0 ? 'Stopping' : 'Stopped';
  if (serving.some((one) => one.failed)) return 'Failed';
  if (serving.length === 0) return 'Registered';
  if (record.pending?.stage === 'starting') {
    const before = sides.reduce((sum, side) => sum + replicasIn(record.current, side), 0);
    if (before === 0) return sidesOf(record.current).some((side) => side.replicas > 0) ? 'Updating' : 'Deploying';
    if (before < replicas) return 'Scaling';
  }
  if (serving.length > replicas) return 'Scaling';
  return serving.some((one) => one.ready) ? 'Running' : 'Deploying';
}
