import { analyse, change, place, replaceWorkers, verify } from '#domain/planning/step-builder';
import type { Draft, Wave } from '#domain/planning/step-builder';
import { approval } from '#domain/resources/strategy';
import type { BlueGreenParameters } from '#domain/resources/strategy';

/**
 * Blue-green in one wave: the whole new side as a preview (no workers, no traffic), validated and judged, switched at once by itself or
 * after an approval, judged again. The old side stays; the plan's clean-up stops it later.
 */
export function planBlueGreen(wave: Wave, parameters: BlueGreenParameters): Draft[] {
  const release = wave.input.new.reference.release;
  const whole = { components: wave.traffic, replicas: (one: Wave['traffic'][number]) => ({ new: one.newReplicas, stable: one.stableReplicas }) };
  const asked = parameters.approval ?? approval.parse({});
  const before = parameters.prePromotionAnalysis;
  const after = parameters.postPromotionAnalysis;
  return [
    ...(wave.traffic.length === 0 ? [] : [
      change(wave, { kind: 'prepare', title: `Start ${release} as a preview${place(wave)}`, weightPercent: 0, changesTraffic: false }, whole),
      verify(wave, wave.traffic, `Verify the preview of ${release}${place(wave)}`),
    ]),
    ...(before === undefined ? [] : [analyse(wave, before.template, `Analyse the preview with ${before.template}${place(wave)}`)]),
    ...(parameters.automaticSwitch ? [] : [{ kind: 'approve', wave: wave.number, title: `Wait for approval of the switch${place(wave)}`, approval: asked } as const]),
    ...(wave.traffic.length === 0 ? [] : [
      change(wave, { kind: 'switch', title: `Switch all traffic to ${release}${place(wave)}`, weightPercent: 100, changesTraffic: true }, whole),
      verify(wave, wave.traffic, `Verify ${release} under all traffic${place(wave)}`),
    ]),
    ...(after === undefined ? [] : [analyse(wave, after.template, `Analyse with ${after.template} after the switch${place(wave)}`)]),
    ...replaceWorkers(wave),
  ];
}
