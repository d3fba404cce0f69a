import type { PlannedComponent } from '#domain/deployment/plan';
import type { Side } from '#domain/planning/plan-input';
import type { Component } from '#domain/resources/application';

/**
 * What happens to each component: replaced where artefact or configuration differ from what serves on any target (or nothing serves,
 * or an abandoned deployment left it unknown), unchanged where both are equal everywhere, removed where the new release no longer has
 * it. In order of dependencies; removed ones last.
 */
export function plannedComponents(next: Side, stable: readonly (Side | undefined)[]): PlannedComponent[] {
  const sides = stable.filter((side) => side !== undefined);
  const planned = inDependencyOrder(next.application.components).map((component): PlannedComponent => {
    const same = sides.length === stable.length && sides.every((side) => side.reference.unsettled !== true && contentOf(side, component.name) === contentOf(next, component.name));
    return { name: component.name, type: component.type, change: same ? 'unchanged' : 'replace', newReplicas: component.replicas, stableReplicas: replicasOf(sides, component.name) };
  });
  const names = new Set(planned.map((one) => one.name));
  const removed = sides.flatMap((side) => inDependencyOrder(side.application.components)).filter((one) => !names.has(one.name));
  const gone = [...new Map(removed.map((one) => [one.name, one])).values()].toReversed();
  return [...planned, ...gone.map((one): PlannedComponent => ({ name: one.name, type: one.type, change: 'remove', newReplicas: 0, stableReplicas: replicasOf(sides, one.name) }))];
}

/** Components so that each comes after those it depends on; the order of the list is kept where it may. A cycle is left in list order. */
export function inDependencyOrder(components: readonly Component[]): Component[] {
  const ordered: Component[] = [];
  const placed = new Set<string>();
  const known = new Set(components.map((one) => one.name));
  let waiting = [...components];
  while (waiting.length > 0) {
    const ready = waiting.filter((one) => one.dependencies.every((name) => placed.has(name) || !known.has(name)));
    const next = ready.length > 0 ? ready : waiting;
    for (const one of next) {
      ordered.push(one);
      placed.add(one.name);
    }
    waiting = waiting.filter((one) => !placed.has(one.name));
  }
  return ordered;
}

function replicasOf(sides: readonly Side[], name: string): number {
  return Math.max(0, ...sides.flatMap((side) => side.application.components.filter((one) => one.name === name).map((one) => one.replicas)));
}

function contentOf(side: Side, name: string): string {
  const component = side.application.components.find((one) => one.name === name);
  const released = side.release.components.find((one) => one.name === name);
  return JSON.stringify(sorted([component ?? null, released ?? null]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
