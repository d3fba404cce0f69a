import type { PlannedTarget, SideReference } from '#domain/deployment/plan';
import type { AnalysisTemplateSpec } from '#domain/resources/analysis-template';
import type { ApplicationSpec } from '#domain/resources/application';
import type { ReleaseSpec } from '#domain/resources/release';
import type { EnvironmentSpec } from '#domain/resources/environment';
import type { Strategy } from '#domain/resources/strategy';

/** A release with the version of the application that describes it. */
export type Side = { readonly reference: SideReference; readonly application: ApplicationSpec; readonly release: ReleaseSpec };

/** Everything a plan is made of; the same input gives the same plan. */
export type PlanInput = {
  readonly strategy: Strategy;
  readonly new: Side;
  /** In order of waves. */
  readonly targets: readonly PlannedTarget[];
  /** What serves now, by target; absent where nothing does. */
  readonly stable: { readonly [target: string]: Side };
  /** The analysis templates that the strategy names, by name. */
  readonly templates: { readonly [name: string]: { readonly version: number; readonly spec: AnalysisTemplateSpec } };
  readonly approvals: EnvironmentSpec['approvals'];
  /** A return to an earlier release: passes gates, moves in one step. */
  readonly isRollback: boolean;
};

/** Why no plan can be made: the field at fault, the rule, the value. */
export type PlanProblem = { readonly field: string; readonly rule: string; readonly value: unknown };
