import type { ApplicationSpec, Component } from '#domain/resources/application';
import { repetitions } from '#domain/resources/problem';
import type { ResourceProblem } from '#domain/resources/problem';

/** What an application's components break beyond the shape of their fields. Pure; empty when nothing is. */
export function applicationProblems({ components }: ApplicationSpec): readonly ResourceProblem[] {
  return [
    ...repetitions(components.map((one) => one.name), (index) => ({ field: `spec.components.${index}.name`, rule: 'must be the name of one component only', value: components[index]?.name })),
    ...repetitions(components.map(portTaken), (index) => ({ field: `spec.components.${index}.port`, rule: 'must be the port of one component only (0 takes any free one)', value: components[index]?.port })),
    ...components.flatMap((component, index) => componentProblems(component, `spec.components.${index}`)),
    ...dependencyProblems(components),
  ];
}

/** Names variables that are set twice: which one counts would be chance. */
export function variableProblems(component: Pick<Component, 'environment'>, field: string): readonly ResourceProblem[] {
  const names = component.environment.map((one) => one.name);
  return repetitions(names, (index) => ({ field: `${field}.environment.${index}.name`, rule: 'must be set once', value: names[index] }));
}

/** Port 0 means any free one, so it collides with none. */
function portTaken(component: Component): string | undefined {
  return component.port === undefined || component.port === 0 ? undefined : String(component.port);
}

function componentProblems(component: Component, field: string): readonly ResourceProblem[] {
  const portless = component.type === 'service' && component.port === undefined ? [{ field: `${field}.port`, rule: 'is required for a service' }] : [];
  return [...portless, ...scalingProblems(component, field), ...variableProblems(component, field)];
}

/** Bounds that no number fits are one problem, not two. */
function scalingProblems({ replicas, scaling }: Component, field: string): readonly ResourceProblem[] {
  if (scaling === undefined) return [];
  const { minReplicas, maxReplicas } = scaling;
  if (minReplicas > maxReplicas) return [{ field: `${field}.scaling.maxReplicas`, rule: `must be at least minReplicas (${minReplicas})`, value: maxReplicas }];
  if (replicas >= minReplicas && replicas <= maxReplicas) return [];
  return [{ field: `${field}.replicas`, rule: `must be from ${minReplicas} to ${maxReplicas}, as its scaling says (left out it is 1)`, value: replicas }];
}

function dependencyProblems(components: readonly Component[]): readonly ResourceProblem[] {
  const names = new Set(components.map((one) => one.name));
  const unknown = components.flatMap((component, index) => component.dependencies.flatMap((name, place) => (
    names.has(name) ? [] : [{ field: `spec.components.${index}.dependencies.${place}`, rule: 'must name a component of this application', value: name }]
  )));
  const cycle = cycleAmong(components);
  if (cycle === undefined) return unknown;
  const index = components.findIndex((one) => one.name === cycle[0]);
  return [...unknown, { field: `spec.components.${index}.dependencies`, rule: `must not lead back to the component itself: ${[...cycle, cycle[0]].join(' → ')}`, value: components[index]?.dependencies }];
}

/** The first cycle of dependencies, from the component it is found at; names that are no component lead nowhere. */
function cycleAmong(components: readonly Component[]): readonly string[] | undefined {
  const byName = new Map(components.map((one) => [one.name, one.dependencies]));
  const harmless = new Set<string>();
  const search = (name: string, way: readonly string[]): readonly string[] | undefined => {
    const seen = way.indexOf(name);
    if (seen >= 0) return way.slice(seen);
    if (harmless.has(name)) return undefined;
    for (const next of byName.get(name) ?? []) {
      const found = search(next, [...way, name]);
      if (found !== undefined) return found;
    }
    harmless.add(name);
    return undefined;
  };
  for (const { name } of components) {
    const found = search(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
