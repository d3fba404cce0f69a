import type { DeploymentSummary } from '#contracts/views';
import type { ReadModelQuery } from '#ports/read-model';

/** By what deployments are listed, in the order in which the parts of an index's value stand. */
const FILTERS = ['application', 'environment', 'state'] as const;

type Filters = Pick<DeploymentSummary, (typeof FILTERS)[number]>;

/** The indexes under which a deployment is found: one for each combination of filters, each with the deployment's values. */
export function summaryIndex(summary: Filters): { readonly [index: string]: string } {
  return Object.fromEntries(combinations(FILTERS).map((names) => [indexOf(names), names.map((name) => summary[name]).join('/')]));
}

/** The index that finds what fits all given filters, and its value; `undefined` without a filter. */
export function summaryFilter(query: { readonly [Name in keyof Filters]?: Filters[Name] | undefined }): ReadModelQuery['filter'] {
  const names = FILTERS.filter((name) => query[name] !== undefined);
  return names.length === 0 ? undefined : { index: indexOf(names), value: names.map((name) => query[name]).join('/') };
}

/** The name of a combination's index: `applicationState`. */
function indexOf(names: readonly string[]): string {
  return names.map((name, place) => (place === 0 ? name : `${name.charAt(0).toUpperCase()}${name.slice(1)}`)).join('');
}

/** All combinations of at least one, each in the given order. */
function combinations<Name>(names: readonly Name[]): readonly (readonly Name[])[] {
  return names.reduce<readonly (readonly Name[])[]>((found, name) => [...found, ...found.map((one) => [...one, name]), [name]], []);
}
