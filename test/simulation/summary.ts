import { faultNames } from './faults.ts';
import type { Counts, SeedResult } from './run-seed.ts';

/** What many seeds came to. */
export type Summary = {
  readonly seeds: number;
  readonly failed: readonly SeedResult[];
  readonly counts: Counts;
  readonly faults: Counts;
  readonly ends: Counts;
  readonly acts: Counts;
  readonly seen: Counts;
};

/** Adds up what seeds came to. */
export function summaryOf(results: readonly SeedResult[]): Summary {
  return {
    seeds: results.length, failed: results.filter((one) => one.broken !== null).toSorted((one, other) => one.seed - other.seed),
    counts: sumOf(results.map((one) => one.counts)), faults: sumOf(results.map((one) => one.faults)), ends: sumOf(results.map((one) => one.ends)), acts: sumOf(results.map((one) => one.acts)), seen: sumOf(results.map((one) => one.seen)),
  };
}

const strategies = ['canary', 'blue-green', 'rolling', 'recreate'] as const;
const states = ['Succeeded', 'RolledBack', 'Aborted', 'Failed'] as const;

/** What has to happen at least once before many seeds say anything: every strategy with every end, every fault, every act that was taken. */
const mustHappen: { readonly ends: readonly string[]; readonly faults: readonly string[]; readonly acts: readonly string[]; readonly seen: readonly string[] } = {
  ends: [...strategies.flatMap((strategy) => states.map((state) => `${strategy} ${state}`)), 'unplanned Aborted'],
  faults: faultNames,
  acts: ['deploy 202', 'retry 202', 'rollback 202', 'pause 200', 'resume 200', 'abort 200', 'abandon 200', 'approve 200', 'deny 200', 'promote 200', 'freeze 200', 'unfreeze 200', 'trespass 404'],
  seen: ['DeploymentQueued', 'VerdictReached', 'HealthLost', 'PromotedFully', 'StepSkipped', 'RollbackStepFailed', 'AnalysisRestarted', 'CleanupFinished', 'held by a freeze', 'superseded', 'deadline', 'verdict', 'health', 'denied', 'version conflict'],
};

/** What never happened, though it must have for the result to mean anything. */
export function neverHappened(summary: Summary): readonly string[] {
  return [
    ...mustHappen.ends.filter((name) => summary.ends[name] === undefined), ...mustHappen.faults.filter((name) => summary.faults[name] === undefined),
    ...mustHappen.acts.filter((name) => summary.acts[name] === undefined), ...mustHappen.seen.filter((name) => summary.seen[name] === undefined),
  ];
}

/** A summary in words, for people. */
export function inWords(summary: Summary): string {
  const { counts } = summary;
  const list = (all: Counts) => Object.entries(all).toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([name, count]) => `${name} ${count}`).join(', ');
  const hours = ((counts['seconds'] ?? 0) / 3600).toFixed(1);
  return [
    `${summary.seeds} seeds, ${summary.failed.length} with a broken invariant`,
    ...summary.failed.map(({ seed, broken }) => `  seed ${seed}: ${broken?.invariant ?? ''}: ${broken?.detail ?? ''}`),
    `${counts['deployments'] ?? 0} deployments in ${hours} simulated hours: ${counts['events'] ?? 0} events, ${counts['writes'] ?? 0} writes, ${counts['steps'] ?? 0} moments checked, ${counts['crashes'] ?? 0} crashes`,
    `ends: ${list(summary.ends)}`,
    `faults: ${list(summary.faults)}`,
    `acts: ${list(summary.acts)}`,
    `seen: ${list(summary.seen)}`,
  ].join('\n');
}

function sumOf(all: readonly Counts[]): Counts {
  const sums: { [name: string]: number } = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
