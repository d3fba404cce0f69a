import type { Plan } from '#domain/deployment/plan';
import type { Side } from '#domain/planning/plan-input';
import type { EnvironmentSpec } from '#domain/resources/environment';

/** What the checks before a deployment look at. What passes freezes is a rollback. */
export type Checked = { readonly id: string; readonly deployment: string | null; readonly application: string; readonly plan: Plan; readonly new: Side; readonly environment: EnvironmentSpec; readonly passesFreezes: boolean };
