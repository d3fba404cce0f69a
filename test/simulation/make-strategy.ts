import type { Chance } from '../application/crash/chance.ts';
import { between, oneOf } from './dice.ts';

/** A strategy with its parameters, so short that much happens in an hour. */
export function makeStrategy(chance: Chance): object {
  const type = oneOf(chance, ['canary', 'canary', 'blue-green', 'rolling', 'recreate'] as const);
  const shared = {
    type, progressDeadlineSeconds: between(chance, 25, 120),
    ...(chance.percent(20) ? { analysis: { template: 'errors' } } : {}),
    ...(chance.percent(15) ? { rollbackTriggers: { [oneOf(chance, ['verdict', 'health', 'deadline', 'manual'] as const)]: false } } : {}),
  };
  switch (type) {
    case 'canary': return { ...shared, steps: canarySteps(chance) };
    case 'rolling': return { ...shared, batchSize: oneOf(chance, [1, 2, '25%', '50%']), maxUnavailable: oneOf(chance, [0, 0, 1, '50%']) };
    case 'blue-green': return {
      ...shared, scaleDownDelaySeconds: between(chance, 0, 40),
      ...(chance.percent(30) ? { prePromotionAnalysis: { template: 'errors' } } : {}), ...(chance.percent(40) ? { postPromotionAnalysis: { template: 'errors' } } : {}),
      ...(chance.percent(30) ? { automaticSwitch: false, approval: { required: between(chance, 1, 2), timeoutSeconds: between(chance, 20, 120) } } : {}),
    };
    case 'recreate': return shared;
  }
}

function canarySteps(chance: Chance): readonly object[] {
  const weights = [oneOf(chance, [5, 10, 20]), oneOf(chance, [25, 50]), oneOf(chance, [75, 100])].slice(0, between(chance, 1, 3));
  return weights.flatMap((weightPercent) => [{ weightPercent }, ...(chance.percent(70) ? [canaryWait(chance)] : [])]);
}

function canaryWait(chance: Chance): object {
  switch (chance.below(5)) {
    case 0: return { bakeSeconds: between(chance, 2, 20) };
    case 1: return { pause: chance.percent(50) ? {} : { durationSeconds: between(chance, 3, 30) } };
    case 2: case 3: return { analysis: { template: 'errors' } };
    default: return { approval: { required: between(chance, 1, 2), timeoutSeconds: between(chance, 20, 150) } };
  }
}
