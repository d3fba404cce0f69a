import type { ExecutionStatus, Workflow } from '#ports/workflow';

/**
 * A workflow that asks how an execution stands once, for the time of one sweep: several of its comparisons ask the same, and Step Functions answers
 * few such questions a second. What was not there is asked for again, and so is what was started meanwhile.
 */
export function describedOnce(workflow: Workflow): Workflow {
  const known = new Map<string, { readonly status: ExecutionStatus }>();
  const placeOf = (tenant: string, name: string) => `${tenant}#${name}`;
  return {
    async describe(tenant, name) {
      const place = placeOf(tenant, name);
      const found = known.get(place) ?? (await workflow.describe(tenant, name));
      if (found !== undefined) known.set(place, found);
      return found;
    },
    async start(execution) {
      try {
        return await workflow.start(execution);
      } finally {
        known.delete(placeOf(execution.tenant, execution.name));
      }
    },
    succeed: async (...given) => await workflow.succeed(...given), fail: async (...given) => await workflow.fail(...given),
    park: async (...given) => await workflow.park(...given), parked: async (...given) => await workflow.parked(...given), unpark: async (...given) => await workflow.unpark(...given),
  };
}
