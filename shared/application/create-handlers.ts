import { getTargetStatus, targetOperations } from '#application/agents/operations';
import { deploymentOperations } from '#application/deployments/operations';
import type { Handlers, OperationHandlers } from '#application/handlers';
import { keyOperations } from '#application/keys/operations';
import { resourceOperations } from '#application/resources/operations';
import { secretOperations } from '#application/secrets/operations';
import { tenantOperations } from '#application/tenants/operations';
import { workHandlers } from '#application/work-handlers';
import type { serviceRoutes } from '#contracts/http/service-routes';

/** Puts all use cases together, for either engine. The operations of the service itself come from the engine's outside. */
export function createHandlers(service: Pick<OperationHandlers, keyof typeof serviceRoutes>): Handlers {
  return {
    ...workHandlers,
    operations: { ...service, ...resourceOperations, getTargetStatus, ...deploymentOperations, ...targetOperations, ...keyOperations, ...secretOperations, ...tenantOperations },
  };
}
