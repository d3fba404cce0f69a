import type { Broken } from './broken-invariant.ts';
import { Simulation } from './simulation.ts';
import type { Plan } from './plan.ts';

/** How often each of some things was seen, by its name. */
export type Counts = { readonly [name: string]: number };

/** What came of one seed: plain data, so that it can cross from one process to another. */
export type SeedResult = {
  readonly seed: number;
  /** The hash over everything that happened: the same for the same plan. */
  readonly digest: string;
  readonly broken: Broken | null;
  readonly counts: { readonly steps: number; readonly events: number; readonly writes: number; readonly crashes: number; readonly seconds: number; readonly deployments: number };
  readonly faults: Counts;
  /** How deployments ended, by strategy and state, as `canary Succeeded`. */
  readonly ends: Counts;
  /** What people did, and how it was answered, as `promote 200`. */
  readonly acts: Counts;
  /** The types of events, and what the sweep found. */
  readonly seen: Counts;
};

/** A result with the lines of its history. */
export type Told = { readonly result: SeedResult; readonly lines: readonly string[] };

const MILLISECONDS = 1000;

/** Lets a plan happen. `folder` is one that several may share, one after the other. */
export async function runPlan(plan: Plan, folder: string): Promise<Told> {
  const simulation = new Simulation(plan, folder);
  const begun = simulation.time.now;
  try {
    const broken = (await simulation.run()) ?? null;
    const { ledger, faults, controlPlane, people, time, steps, trace } = simulation;
    const known = [...ledger.deployments.values()];
    const result: SeedResult = {
      seed: plan.seed, digest: trace.digest(), broken,
      counts: { steps, events: ledger.events, writes: controlPlane.writes, crashes: faults.counts.get('crash') ?? 0, seconds: Math.round((time.now - begun) / MILLISECONDS), deployments: known.length },
      faults: Object.fromEntries(faults.counts), acts: Object.fromEntries(people.outcomes), seen: Object.fromEntries(ledger.seen),
      ends: countsOf(known.map(({ state }) => `${state.plan?.strategy ?? 'unplanned'} ${state.abandoned === null ? state.name : `${state.name} (abandoned)`}`)),
    };
    return { result, lines: trace.lines };
  } finally {
    simulation.close();
  }
}

/** Counts names. */
function countsOf(names: readonly string[]): Counts {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}
