import type { ChangeStep, Plan, PlannedComponent, PlanStep } from '#domain/deployment/plan';
import { takesTraffic } from '#domain/resources/application';

/**
 * The steps of a rollback: back to what was stable in one step, for exactly what was touched; workers first, because they were
 * replaced last. Nothing touched gives no steps.
 */
export function restoreSteps(plan: Plan, touched: { readonly targets: readonly string[]; readonly components: readonly string[] }): PlanStep[] {
  if (touched.targets.length === 0) return [];
  const components = plan.components.filter((one) => touched.components.includes(one.name));
  const workers = components.filter((one) => !takesTraffic(one.type)).toReversed();
  const traffic = components.filter((one) => takesTraffic(one.type)).toReversed();
  const step = (id: string, title: string, restored: readonly PlannedComponent[]): ChangeStep => ({
    id, title, kind: 'restore', wave: 0, targets: [...touched.targets], weightPercent: 0, timeoutSeconds: plan.progressDeadlineSeconds, changesTraffic: true,
    replicas: Object.fromEntries(restored.map((one) => [one.name, { new: 0, stable: one.stableReplicas }])),
  });
  return [
    ...(workers.length > 0 ? [step('restore-workers', 'Restore the workers of the stable release', workers)] : []),
    ...(traffic.length > 0 ? [step('restore', 'Return all traffic to the stable release', traffic)] : []),
  ];
}
