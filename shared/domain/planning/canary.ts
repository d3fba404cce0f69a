import { analyse, change, place, replaceWorkers, verify } from '#domain/planning/step-builder';
import type { Draft, Replicas, Wave } from '#domain/planning/step-builder';
import type { CanaryParameters, CanaryStep } from '#domain/resources/strategy';

/**
 * A canary's steps in one wave: start the new side, walk the author's steps, take all traffic, replace the workers.
 * Behind a router that splits traffic the new side has ⌈n·w/100⌉ instances of n, at least 1; the old side keeps all of its own.
 */
export function planCanary(wave: Wave, parameters: CanaryParameters): Draft[] {
  const release = wave.input.new.reference.release;
  const weights = parameters.steps.flatMap((step) => ('weightPercent' in step ? [step.weightPercent] : []));
  const first = weights[0] ?? 100;
  const prepare = change(wave, { kind: 'prepare', title: `Start ${release} without traffic${place(wave)}`, weightPercent: 0, changesTraffic: false }, { components: wave.traffic, replicas: replicasAt(first) });
  const steps = parameters.steps.flatMap((step) => draftsOf(wave, step));
  const promote = weights.at(-1) === 100 ? [] : shift(wave, 100);
  return wave.traffic.length === 0 ? [...steps.filter((one) => one.kind !== 'shift' && one.kind !== 'promote' && one.kind !== 'verify'), ...replaceWorkers(wave)] : [prepare, ...steps, ...promote, ...replaceWorkers(wave)];
}

/** The instances at a weight: the new side grows with it, the old side stays whole. */
export function replicasAt(weightPercent: number): Replicas {
  return (component) => ({ new: component.newReplicas === 0 ? 0 : Math.max(1, Math.ceil((component.newReplicas * weightPercent) / 100)), stable: component.stableReplicas });
}

function draftsOf(wave: Wave, step: CanaryStep): Draft[] {
  const shared = { wave: wave.number };
  if ('weightPercent' in step) return shift(wave, step.weightPercent);
  if ('bakeSeconds' in step) return [{ ...shared, kind: 'bake', title: `Bake for ${step.bakeSeconds} s${place(wave)}`, durationSeconds: step.bakeSeconds }];
  if ('approval' in step) return [{ ...shared, kind: 'approve', title: `Wait for ${step.approval.required} approval${step.approval.required === 1 ? '' : 's'}${place(wave)}`, approval: step.approval }];
  if ('analysis' in step) return [analyse(wave, step.analysis.template, `Analyse with ${step.analysis.template}${place(wave)}`)];
  const { durationSeconds } = step.pause;
  if (durationSeconds === undefined) return [{ ...shared, kind: 'pause', title: `Pause until promoted${place(wave)}` }];
  return [{ ...shared, kind: 'pause', title: `Pause for ${durationSeconds} s${place(wave)}`, durationSeconds }];
}

function shift(wave: Wave, weightPercent: number): Draft[] {
  const release = wave.input.new.reference.release;
  const all = weightPercent === 100;
  return [
    change(wave, { kind: all ? 'promote' : 'shift', title: all ? `Move all traffic to ${release}${place(wave)}` : `Move ${weightPercent} % of the traffic to ${release}${place(wave)}`, weightPercent, changesTraffic: true }, { components: wave.traffic, replicas: replicasAt(weightPercent) }),
    verify(wave, wave.traffic, `Verify ${release} at ${weightPercent} %${place(wave)}`),
  ];
}
