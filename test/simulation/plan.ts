import type { FaultName, Rates } from './faults.ts';

/** How a release behaves once it runs, or whether it can be started at all. */
export type Quality = 'good' | 'erring' | 'broken' | 'sickly';

/** One owner in the simulated world: all have the same names, so that whatever is mixed up shows. */
export type TenantPlan = { readonly name: string; readonly documents: readonly PlannedDocument[] };

/** A resource as it is put before the story begins. */
export type PlannedDocument = { readonly kind: 'Target' | 'AnalysisTemplate' | 'Application' | 'Environment' | 'Release'; readonly name: string; readonly application?: string; readonly spec: object };

/** What somebody asks for when they deploy. */
export type Request = { readonly application: string; readonly release: string; readonly environment: string; readonly strategy?: object; readonly priority: string; readonly ifRunning: string };

/** What somebody does at a time. `of` names the operation whose deployment is meant; one that was never made is left alone. */
export type Act =
  | { readonly kind: 'deploy'; readonly request: Request }
  | { readonly kind: 'retry' | 'rollback' | 'pause' | 'resume' | 'abort' | 'abandon' | 'approve' | 'deny' | 'look'; readonly of: string }
  | { readonly kind: 'promote'; readonly of: string; readonly full: boolean }
  | { readonly kind: 'freeze'; readonly environment: string; readonly forSeconds: number }
  | { readonly kind: 'unfreeze'; readonly environment: string }
  | { readonly kind: 'list' }
  /** Somebody tries to see or change what belongs to another tenant. */
  | { readonly kind: 'trespass'; readonly of: string; readonly how: 'read' | 'abort' | 'subscribe' | 'events' };

export type Operation = { readonly id: string; readonly atSeconds: number; readonly tenant: string; readonly act: Act };

/** What happens to the world at a time. */
export type Happening =
  /** The control plane dies at one of the next writes and is away for a while. */
  | { readonly kind: 'crash'; readonly writes: number; readonly moment: 'before' | 'after'; readonly awaySeconds: number }
  | { readonly kind: 'clock step'; readonly seconds: number }
  | { readonly kind: 'agent crash' | 'agent away'; readonly tenant: string; readonly target: string; readonly awaySeconds: number }
  /** A second agent claims the target; the first goes on for as long as it is not told. */
  | { readonly kind: 'agent replaced'; readonly tenant: string; readonly target: string };

export type Accident = { readonly id: string; readonly atSeconds: number; readonly happening: Happening };

/** A whole history before it happens: the same plan gives the same history, to the last bit. */
export type Plan = {
  readonly seed: number;
  readonly tenants: readonly TenantPlan[];
  /** What is deployed before anything goes wrong. */
  readonly dawn: readonly Operation[];
  readonly operations: readonly Operation[];
  readonly accidents: readonly Accident[];
  readonly rates: Rates;
  /** When faults stop, nobody asks for anything any more, and the world comes to rest. */
  readonly calmAfterSeconds: number;
};

/** How much is to happen: within how many hours, and how many deployments people ask for. */
export type Size = { readonly hours: number; readonly deployments: number };

/** What a plan is made of and can do without: what was there before, operations, accidents, and each kind of fault. */
export function partsOf(plan: Plan): readonly string[] {
  return [...plan.dawn.map((one) => one.id), ...plan.operations.map((one) => one.id), ...plan.accidents.map((one) => one.id), ...Object.keys(plan.rates).map(partOfFault)];
}

/** The plan with only some of its parts. */
export function planWith(plan: Plan, parts: ReadonlySet<string>): Plan {
  const rates = Object.entries(plan.rates).filter(([fault]) => parts.has(partOfFault(fault)));
  return { ...plan, dawn: plan.dawn.filter((one) => parts.has(one.id)), operations: plan.operations.filter((one) => parts.has(one.id)), accidents: plan.accidents.filter((one) => parts.has(one.id)), rates: Object.fromEntries(rates) };
}

/** The part that stands for a kind of fault: `f-` and its name. */
function partOfFault(fault: FaultName | string): string {
  return `f-${fault.replaceAll(' ', '-')}`;
}
