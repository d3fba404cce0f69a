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

function inWords(running: readonly ComponentHealth[]): string {
  return running.map((one) => `release ${one.release}${one.weightPercent === undefined ? '' : ` (${one.weightPercent} % of the traffic)`}`).join(' and ');
}
