import type { Context } from '#application/context';
import { loadResource } from '#application/resources/load-resource';
import type { Sample } from '#contracts/samples';

/** How many releases are read side by side: a batch may name many, and others wait for the same database. */
const AT_ONCE = 10;

/**
 * The samples of what the tenant has: of releases that are there, and of components that these have. No look is ever taken at any other, so to keep
 * them would only let a sender fill the store with names that it made up.
 */
export async function samplesOfReleases(context: Context, samples: readonly Sample[]): Promise<readonly Sample[]> {
  const groups = [...Map.groupBy(samples, ({ application, release }) => `${application}/${release}`).values()];
  const known: Sample[] = [];
  for (let begin = 0; begin < groups.length; begin += AT_ONCE) {
    const read = await Promise.all(groups.slice(begin, begin + AT_ONCE).map(async (group) => await ofRelease(context, group)));
    known.push(...read.flat());
  }
  return known;
}

/** All of a group are of one release. */
async function ofRelease(context: Context, group: readonly Sample[]): Promise<readonly Sample[]> {
  const [first] = group;
  if (first === undefined) return [];
  const loaded = await loadResource(context, { kind: 'Release', application: first.application, name: first.release });
  const components = new Set(loaded?.resource.spec.components.map(({ name }) => name));
  return group.filter(({ component }) => components.has(component));
}
