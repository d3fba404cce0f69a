import type { Plan, PlanStep, PlannedTarget } from '#domain/deployment/plan';
import { plan as planSchema } from '#domain/deployment/plan';
import { planDeployment } from '#domain/planning/plan-deployment';
import type { PlanInput, PlanProblem, Side } from '#domain/planning/plan-input';
import { resolveStrategy } from '#domain/planning/strategy';
import { analysisTemplateSpec } from '#domain/resources/analysis-template';
import { applicationSpec } from '#domain/resources/application';
import type { ComponentType } from '#domain/resources/application';
import { environmentSpec } from '#domain/resources/environment';
import type { EnvironmentSpec } from '#domain/resources/environment';
import { releaseSpec } from '#domain/resources/release';
import type { StrategyChoice } from '#domain/resources/strategy';

/** A component of a test: its name, and what differs from a service with two instances. */
export type TestComponent = { readonly name: string; readonly type?: ComponentType; readonly replicas?: number; readonly dependencies?: readonly string[]; readonly artefact?: string };

/** What a plan is made of, in the words of a test. */
export type Asked = {
  readonly strategy: StrategyChoice;
  readonly next?: readonly TestComponent[];
  /** What serves on each target now; a target that is not named has nothing. */
  readonly stable?: { readonly [target: string]: readonly TestComponent[] };
  /** The targets of each wave. */
  readonly waves?: readonly (readonly string[])[];
  readonly approvals?: EnvironmentSpec['approvals'];
  readonly isRollback?: boolean;
  /** Horizons of the analysis templates, in seconds. */
  readonly templates?: { readonly [name: string]: number };
};

export const web: TestComponent = { name: 'web' };
export const mailer: TestComponent = { name: 'mailer', type: 'worker', replicas: 1 };

/** The same components with other artefacts. */
export function changed(components: readonly TestComponent[], artefact = 'next'): readonly TestComponent[] {
  return components.map((one) => ({ ...one, artefact }));
}

/** A release with the application that describes it. */
export function sideOf(release: string, components: readonly TestComponent[]): Side {
  const application = applicationSpec.parse({ components: components.map(({ artefact: _artefact, ...one }) => ({ ...(one.type === undefined || one.type === 'service' ? { port: 8080 } : {}), replicas: 2, ...one })) });
  const released = releaseSpec.parse({ application: 'shop', components: components.map((one) => ({ name: one.name, artefact: { command: [one.artefact ?? 'first'] } })) });
  return { reference: { release, applicationVersion: 1 }, application, release: released };
}

/** The whole input of a planner: 2.0.0 goes where 1.0.0 serves, by default one component on one target. */
export function inputOf(asked: Asked): PlanInput {
  const { next = changed([web]), waves = [['edge-1']], stable = { 'edge-1': [web] }, isRollback = false, templates = { errors: 120 } } = asked;
  const side = sideOf('2.0.0', next);
  const environment = environmentSpec.parse({ waves: waves.map((targets) => ({ targets })) });
  const sides = Object.fromEntries(Object.entries(stable).map(([target, components]) => [target, sideOf('1.0.0', components)]));
  const targets = waves.flatMap((names, wave) => names.map((name): PlannedTarget => ({ name, provider: 'agent', wave, generation: 3, stable: sides[name]?.reference ?? null })));
  const metrics = [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 } }];
  return {
    strategy: resolveStrategy(asked.strategy, environment, side.application), new: side, targets, stable: sides, approvals: asked.approvals, isRollback,
    templates: Object.fromEntries(Object.entries(templates).map(([name, horizonSeconds]) => [name, { version: 4, spec: analysisTemplateSpec.parse({ horizonSeconds, metrics }) }])),
  };
}

/** The plan, which must be possible; it has gone through its schema, as a stored one does. */
export function planOf(asked: Asked): Plan {
  const planned = planDeployment(inputOf(asked));
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  return planSchema.parse(planned.plan);
}

/** Why there is no plan. */
export function problemsOf(asked: Asked): readonly PlanProblem[] {
  const planned = planDeployment(inputOf(asked));
  return 'problems' in planned ? planned.problems : [];
}

/** A plan as a table for people: each step's id, its targets, weight and instances (`new/stable`), or what it waits for. */
export function rowsOf(plan: Plan): readonly string[] {
  return plan.steps.map(rowOf);
}

/** One row of the table. */
export function rowOf(step: PlanStep): string {
  const where = 'targets' in step ? ` ${step.targets.join('+')}` : '';
  switch (step.kind) {
    case 'verify': return `${step.id}${where}: ${step.components.join(', ')}`;
    case 'bake': return `${step.id}: ${step.durationSeconds} s`;
    case 'pause': return step.durationSeconds === undefined ? `${step.id}: until promoted` : `${step.id}: ${step.durationSeconds} s`;
    case 'analyse': return `${step.id}${where}: ${step.template} v${step.templateVersion}, ${step.horizonSeconds} s`;
    case 'approve': return `${step.id}: ${step.approval.required}, ${step.approval.timeoutSeconds} s`;
    default: return `${step.id}${where}: ${step.weightPercent} %, ${Object.entries(step.replicas).map(([name, count]) => `${name} ${count.new}/${count.stable}`).join(', ')}`;
  }
}
