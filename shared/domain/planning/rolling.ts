import { rollingBatches } from '#domain/planning/amount';
import { change, place, replaceWorkers, verify } from '#domain/planning/step-builder';
import type { Draft, Wave } from '#domain/planning/step-builder';
import type { RollingParameters } from '#domain/resources/strategy';

/**
 * Rolling in one wave: batch by batch new instances take the place of old ones, and each batch is verified before the next. The
 * traffic follows the instances. Components with fewer instances are done when their last batch is.
 */
export function planRolling(wave: Wave, parameters: RollingParameters): Draft[] {
  const release = wave.input.new.reference.release;
  const perComponent = new Map(wave.traffic.map((one) => [one.name, rollingBatches({ replicas: Math.max(one.newReplicas, 1), batchSize: parameters.batchSize, maxUnavailable: parameters.maxUnavailable })]));
  const count = Math.max(0, ...[...perComponent.values()].map((batches) => batches.length));
  const steps = Array.from({ length: count }, (_, index): Draft[] => {
    const last = index === count - 1;
    const weightPercent = last ? 100 : Math.floor((100 * (index + 1)) / count);
    const replaced = change(
      wave,
      { kind: last ? 'promote' : 'replace', title: `Replace batch ${index + 1} of ${count} with ${release}${place(wave)}`, weightPercent, changesTraffic: true },
      { components: wave.traffic, replicas: (one) => {
        const batches = perComponent.get(one.name) ?? [];
        const batch = batches[Math.min(index, batches.length - 1)];
        return last || batch === undefined ? { new: one.newReplicas, stable: 0 } : { new: batch.newReplicas, stable: Math.min(batch.stableReplicas, one.stableReplicas) };
      } },
    );
    return [replaced, verify(wave, wave.traffic, `Verify batch ${index + 1} of ${count}${place(wave)}`)];
  });
  return [...steps.flat(), ...replaceWorkers(wave)];
}
