import { change, place, replaceWorkers, verify } from '#domain/planning/step-builder';
import type { Draft, Wave } from '#domain/planning/step-builder';

/** Recreate in one wave: everything old stops, then everything new starts. There is an outage in between, by design. */
export function planRecreate(wave: Wave): Draft[] {
  const release = wave.input.new.reference.release;
  const all = [...wave.traffic, ...wave.workers];
  return [
    change(wave, { kind: 'replace', title: `Stop the old release${place(wave)}`, weightPercent: 0, changesTraffic: true }, { components: all.toReversed(), replicas: () => ({ new: 0, stable: 0 }) }),
    ...(wave.traffic.length === 0 ? [] : [
      change(wave, { kind: 'promote', title: `Start ${release}${place(wave)}`, weightPercent: 100, changesTraffic: true }, { components: wave.traffic, replicas: (one) => ({ new: one.newReplicas, stable: 0 }) }),
      verify(wave, wave.traffic, `Verify ${release}${place(wave)}`),
    ]),
    ...replaceWorkers(wave),
  ];
}
