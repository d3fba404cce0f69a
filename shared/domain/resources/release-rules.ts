import type { ApplicationSpec } from '#domain/resources/application';
import { variableProblems } from '#domain/resources/application-rules';
import { repetitions } from '#domain/resources/problem';
import type { ResourceProblem } from '#domain/resources/problem';
import type { ReleaseSpec } from '#domain/resources/release';

/** What a release breaks beyond the shape of its fields, by itself. Pure; empty when nothing is. */
export function releaseProblems({ components }: ReleaseSpec): readonly ResourceProblem[] {
  return [
    ...repetitions(components.map((one) => one.name), (index) => ({ field: `spec.components.${index}.name`, rule: 'must be the name of one component only', value: components[index]?.name })),
    ...components.flatMap((component, index) => variableProblems(component, `spec.components.${index}`)),
  ];
}

/** A release holds exactly the components of its application: names what is too much and what is missing. Pure. */
export function componentsProblems({ components }: ReleaseSpec, application: ApplicationSpec): readonly ResourceProblem[] {
  const known = new Set(application.components.map((one) => one.name));
  const released = new Set(components.map((one) => one.name));
  const missing = [...known].filter((name) => !released.has(name));
  return [
    ...components.flatMap(({ name }, index) => (known.has(name) ? [] : [{ field: `spec.components.${index}.name`, rule: `must be a component of the application (${[...known].join(', ')})`, value: name }])),
    ...missing.map((name) => ({ field: 'spec.components', rule: `must have an artefact for the application's component ${name}`, value: [...released] })),
  ];
}
