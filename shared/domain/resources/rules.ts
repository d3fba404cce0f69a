import { freezeProblems } from '#domain/gates/freeze-problems';
import type { AnalysisTemplateSpec } from '#domain/resources/analysis-template';
import { applicationProblems } from '#domain/resources/application-rules';
import type { EnvironmentSpec } from '#domain/resources/environment';
import { repetitions } from '#domain/resources/problem';
import type { ResourceProblem } from '#domain/resources/problem';
import { releaseProblems } from '#domain/resources/release-rules';
import type { Resource } from '#domain/resources/resource';

/**
 * The rules that a document breaks by itself, beyond its schema; what it names is not looked at. Pure; empty when nothing is broken.
 */
export function resourceProblems(resource: Resource): readonly ResourceProblem[] {
  switch (resource.kind) {
    case 'Application': return applicationProblems(resource.spec);
    case 'Environment': return environmentProblems(resource.spec);
    case 'Release': return releaseProblems(resource.spec);
    case 'AnalysisTemplate': return templateProblems(resource.spec);
    case 'Target': return [];
  }
}

/** A target changes with one wave: named twice, it would be changed twice. */
function environmentProblems({ waves, freezes }: EnvironmentSpec): readonly ResourceProblem[] {
  const places = waves.flatMap((wave, index) => wave.targets.map((name, place) => ({ name, field: `spec.waves.${index}.targets.${place}` })));
  const repeated = repetitions(places.map((one) => one.name), (index) => ({ field: places[index]?.field ?? 'spec.waves', rule: 'must be in one wave only, once', value: places[index]?.name }));
  return [...repeated, ...freezeProblems(freezes, 'spec.freezes')];
}

function templateProblems({ metrics, initialDelaySeconds, horizonSeconds }: AnalysisTemplateSpec): readonly ResourceProblem[] {
  const repeated = repetitions(metrics.map((one) => one.name), (index) => ({ field: `spec.metrics.${index}.name`, rule: 'must be the name of one metric only', value: metrics[index]?.name }));
  const never = initialDelaySeconds < horizonSeconds ? [] : [{ field: 'spec.initialDelaySeconds', rule: `must be less than horizonSeconds (${horizonSeconds}), or nothing is ever measured`, value: initialDelaySeconds }];
  return [...repeated, ...never];
}
