import type { ComponentHealth } from '#contracts/adapter';

/**
 * What should be true of a component on a target.
 * - `serves`: the release runs and has this share of the traffic; what takes no traffic runs alone, unless `besides` says that another may run too.
 * - `runs`: some release of it runs; by which deployment it was put there last is not known here.
 * - `nothing`: no release of it runs.
 */
export type Expected =
  | { readonly is: 'serves'; readonly release: string; readonly sharePercent: number; readonly takesTraffic: boolean; readonly besides: boolean }
  | { readonly is: 'runs' }
  | { readonly is: 'nothing' };

/** In which way what a target told of one component is other than it should be, in words; `undefined` where it is not, or cannot be told. */
export function differenceOf(told: readonly ComponentHealth[], expected: Expected): string | undefined {
  const running = told.filter((one) => one.replicas > 0);
  switch (expected.is) {
    case 'runs': return running.length > 0 ? undefined : 'nothing of it runs';
    case 'nothing': return running.length === 0 ? undefined : `${inWords(running)} runs, and nothing of it should`;
    case 'serves': {
      const { release, sharePercent } = expected;
      const own = running.find((one) => one.release === release);
      const others = running.filter((one) => one.release !== release);
      if (own === undefined) return `release ${release} does not run${others.length === 0 ? '' : `, ${inWords(others)} does`}`;
      // A target that routes nothing of it, or does not say how, has no share that could be compared.
      if (told.some((one) => one.weightPercent !== undefined)) {
        const share = own.weightPercent ?? 0;
        return share === sharePercent ? undefined : `release ${release} has ${share} % of the traffic, and should have ${sharePercent} %`;
      }
      return expected.takesTraffic || expected.besides || others.length === 0 ? undefined : `${inWords(others)} still runs beside release ${release}`;
    }
  }
}

/** How many of those that run and should not are named: of two names of 63 characters and a release of 64 each, with what is around them, three are 600. */
const NAMED_STRAYS = 3;

/** What runs at a target and should not, in words; `undefined` where it is nothing. */
export function straysInWords(strays: readonly ComponentHealth[]): string | undefined {
  const components = new Set(strays.map((one) => `${one.application}/${one.component}`));
  if (components.size === 0) return undefined;
  const named = strays.slice(0, NAMED_STRAYS).map((one) => `release ${one.release} of ${one.application}/${one.component}`).join(', ');
  const count = components.size === 1 ? '1 component runs' : `${components.size} components run`;
  return `${count} of applications that have nothing there: ${named}${strays.length > NAMED_STRAYS ? ' and others' : ''}`;
}

function inWords(running: readonly ComponentHealth[]): string {
  return running.map((one) => `release ${one.release}${one.weightPercent === undefined ? '' : ` (${one.weightPercent} % of the traffic)`}`).join(' and ');
}
