import type { ChangeStep, PlannedComponent, PlannedTarget, PlanStep, ReplicaCounts } from '#domain/deployment/plan';
import type { PlanInput } from '#domain/planning/plan-input';
import { takesTraffic } from '#domain/resources/application';
import type { Strategy } from '#domain/resources/strategy';

/** A plan's step without its id, which `numbered` gives. */
export type Draft = WithoutId<PlanStep>;

type WithoutId<Step> = Step extends unknown ? Omit<Step, 'id'> : never;

/** A step that changes targets, without its number. */
export type ChangeDraft = WithoutId<ChangeStep>;

/** What the planner of a strategy works with: one wave of targets, and what is replaced there. */
export type Wave = {
  readonly number: number;
  readonly targets: readonly PlannedTarget[];
  readonly traffic: readonly PlannedComponent[];
  /** Components without traffic, in order of dependencies. */
  readonly workers: readonly PlannedComponent[];
  readonly deadlineSeconds: number;
  readonly input: PlanInput;
};

/** Gives steps their ids: number and kind, as `3-shift-10`. */
export function numbered(drafts: readonly Draft[]): PlanStep[] {
  return drafts.map((draft, index) => {
    const weight = draft.kind === 'shift' ? `-${draft.weightPercent}` : '';
    return { ...draft, id: `${index + 1}-${draft.kind}${weight}` };
  });
}

/** How many instances of each component a change leaves on each side. */
export type Replicas = (component: PlannedComponent) => ReplicaCounts;

/** A step that changes targets of a wave. */
export function change(wave: Wave, what: { readonly kind: ChangeStep['kind']; readonly title: string; readonly weightPercent: number; readonly changesTraffic: boolean }, of: { readonly components: readonly PlannedComponent[]; readonly replicas: Replicas }): ChangeDraft {
  return {
    ...what, wave: wave.number, targets: wave.targets.map((one) => one.name), timeoutSeconds: wave.deadlineSeconds,
    replicas: Object.fromEntries(of.components.map((one) => [one.name, of.replicas(one)])),
  };
}

/** A step that asks the targets of a wave for the health of components. */
export function verify(wave: Wave, components: readonly PlannedComponent[], title: string): Draft {
  return { kind: 'verify', title, wave: wave.number, targets: wave.targets.map((one) => one.name), components: components.map((one) => one.name), timeoutSeconds: wave.deadlineSeconds };
}

/** An analysis as a step. */
export function analyse(wave: Wave, template: string, title: string): Draft {
  const known = wave.input.templates[template];
  return { kind: 'analyse', title, wave: wave.number, template, templateVersion: known?.version ?? 1, horizonSeconds: known?.spec.horizonSeconds ?? 1, targets: wave.targets.map((one) => one.name) };
}

/** The workers are replaced once all traffic is on the new release, each after what it depends on. */
export function replaceWorkers(wave: Wave): Draft[] {
  if (wave.workers.length === 0) return [];
  const each = wave.workers.map((worker) => change(wave, { kind: 'workers', title: `Replace ${worker.name}${place(wave)}`, weightPercent: 100, changesTraffic: true }, { components: [worker], replicas: (one) => ({ new: one.newReplicas, stable: 0 }) }));
  return [...each, verify(wave, wave.workers, `Verify ${wave.workers.map((one) => one.name).join(', ')}${place(wave)}`)];
}

/** Straight to all traffic: for a first deployment and for a return to an earlier release. */
export function straight(wave: Wave): Draft[] {
  if (wave.traffic.length === 0) return replaceWorkers(wave);
  const isFirst = wave.targets.every((one) => one.stable === null);
  return [
    change(wave, { kind: 'promote', title: `Start ${wave.input.new.reference.release} with all traffic${place(wave)}`, weightPercent: 100, changesTraffic: true }, { components: wave.traffic, replicas: (one) => ({ new: one.newReplicas, stable: isFirst ? 0 : one.stableReplicas }) }),
    verify(wave, wave.traffic, `Verify ${wave.input.new.reference.release}${place(wave)}`),
    ...replaceWorkers(wave),
  ];
}

/** Stops what is left of the old side. `undefined` where nothing old runs. */
export function retire(wave: Wave, kind: 'retire' | 'cleanup', components: readonly PlannedComponent[]): ChangeDraft | undefined {
  const old = wave.targets.filter((one) => one.stable !== null);
  if (old.length === 0 || components.length === 0) return undefined;
  return change({ ...wave, targets: old }, { kind, title: 'Stop the old release', weightPercent: 100, changesTraffic: false }, { components, replicas: (one) => ({ new: one.newReplicas, stable: 0 }) });
}

/** Where a step is, for titles: nothing for the only wave. */
export function place(wave: Wave): string {
  return wave.targets.length === wave.input.targets.length ? '' : ` in wave ${wave.number + 1}`;
}

/** The wave of a plan by its number. */
export function waveOf(input: PlanInput, strategy: Strategy, components: readonly PlannedComponent[], number: number | null): Wave {
  const replaced = components.filter((one) => one.change === 'replace');
  return {
    number: number ?? 0, targets: input.targets.filter((one) => number === null || one.wave === number), input, deadlineSeconds: strategy.progressDeadlineSeconds,
    traffic: replaced.filter((one) => takesTraffic(one.type)), workers: replaced.filter((one) => !takesTraffic(one.type)),
  };
}
