import { rollingBatches } from '#domain/planning/amount';
import type { PlannedComponent, ReplicaCounts } from '#domain/deployment/plan';
import { change, place, replaceWorkers, verify } from '#domain/planning/step-builder';
import type { Draft, Wave } from '#domain/planning/step-builder';
import type { RollingParameters } from '#domain/resources/strategy';

/**
 * Rolling in one wave: batch by batch new instances take the place of old ones, and each batch is verified before the next. The
 * traffic follows the instances. Components with fewer instances are done when their last batch is. A change starts before it stops;
 * where instances may be missing, a step before it stops that many old ones and so makes room.
 */
export function planRolling(wave: Wave, parameters: RollingParameters): Draft[] {
  const release = wave.input.new.reference.release;
  const perComponent = new Map(wave.traffic.map((one) => [one.name, batchesOf(one, parameters)]));
  const count = Math.max(0, ...[...perComponent.values()].map((batches) => batches.length));
  const steps = Array.from({ length: count }, (_, index): Draft[] => {
    const last = index === count - 1;
    const batch = (one: PlannedComponent): Batch | undefined => perComponent.get(one.name)?.[index];
    const weightPercent = last ? 100 : weightAfter(index + 1, count);
    const where = `batch ${index + 1} of ${count}`;
    const done = (one: PlannedComponent): ReplicaCounts => batch(one)?.done ?? { new: one.newReplicas, stable: 0 };
    const room = change(wave, { kind: 'replace', title: `Make room for ${where}${place(wave)}`, weightPercent: weightAfter(index, count), changesTraffic: true }, { components: wave.traffic, replicas: (one) => batch(one)?.room ?? done(one) });
    return [
      ...(wave.traffic.some((one) => batch(one)?.makesRoom === true) ? [room] : []),
      change(wave, { kind: last ? 'promote' : 'replace', title: `Replace ${where} with ${release}${place(wave)}`, weightPercent, changesTraffic: true }, { components: wave.traffic, replicas: done }),
      verify(wave, wave.traffic, `Verify ${where}${place(wave)}`),
    ];
  });
  return [...steps.flat(), ...replaceWorkers(wave)];
}

type Batch = { readonly room: ReplicaCounts; readonly makesRoom: boolean; readonly done: ReplicaCounts };

/** The batches of one component: at least one, so that one which shall have no instance is stopped as well. */
function batchesOf(component: PlannedComponent, { batchSize, maxUnavailable }: RollingParameters): Batch[] {
  const batches = rollingBatches({ replicas: component.newReplicas, batchSize, maxUnavailable });
  const done = batches.map((one) => ({ new: one.newReplicas, stable: Math.min(one.stableReplicas, component.stableReplicas) }));
  if (done.length === 0) return [{ room: { new: 0, stable: 0 }, makesRoom: false, done: { new: 0, stable: 0 } }];
  return done.map((after, index) => {
    const before = done[index - 1] ?? { new: 0, stable: component.stableReplicas };
    const stable = Math.max(after.stable, before.stable - (batches[index]?.unavailableReplicas ?? 0));
    return { room: { new: before.new, stable }, makesRoom: stable < before.stable, done: after };
  });
}

function weightAfter(batches: number, count: number): number {
  return Math.floor((100 * batches) / count);
}
