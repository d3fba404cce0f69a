import { handToAgent } from '#application/agents/hand-to-agent';
import { getTargetStatus, targetOperations } from '#application/agents/operations';
import { finishDeployment } from '#application/deployments/finish-deployment';
import { deploymentOperations } from '#application/deployments/operations';
import { proceed } from '#application/deployments/proceed';
import { recordReport } from '#application/deployments/record-report';
import type { Handlers, OperationHandlers } from '#application/handlers';
import { keyOperations } from '#application/keys/operations';
import { machineTasks } from '#application/machine/tasks';
import { resumeOnEvent } from '#application/machine/resume-machine';
import { project } from '#application/projector';
import { resourceOperations } from '#application/resources/operations';
import { secretOperations } from '#application/secrets/operations';
import { scheduleHandlers } from '#application/sweep/schedules';
import { tenantOperations } from '#application/tenants/operations';
import { onTimer } from '#application/timer';
import type { serviceRoutes } from '#contracts/http/service-routes';

/** Puts all use cases together, for either engine. The operations of the service itself come from the engine's outside. */
export function createHandlers(service: Pick<OperationHandlers, keyof typeof serviceRoutes>): Handlers {
  return {
    operations: { ...service, ...resourceOperations, getTargetStatus, ...deploymentOperations, ...targetOperations, ...keyOperations, ...secretOperations, ...tenantOperations },
    tasks: machineTasks,
    consumers: {
      'start-execution': async (context, event) => {
        await proceed(context, event.stream.slice('deployment/'.length));
      },
      'resume-machine': resumeOnEvent,
      'hand-to-agent': handToAgent,
      'record-report': recordReport,
      'advance-queue': async (context, event) => {
        await finishDeployment(context, event.stream.slice('deployment/'.length));
      },
    },
    timer: onTimer,
    schedules: scheduleHandlers,
    project,
  };
}
