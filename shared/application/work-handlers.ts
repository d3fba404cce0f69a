import { handToAgent } from '#application/agents/hand-to-agent';
import { finishDeployment } from '#application/deployments/finish-deployment';
import { proceed } from '#application/deployments/proceed';
import { recordReport } from '#application/deployments/record-report';
import type { Handlers } from '#application/handlers';
import { machineTasks } from '#application/machine/tasks';
import { resumeOnEvent } from '#application/machine/resume-machine';
import { project } from '#application/projector';
import { scheduleHandlers } from '#application/sweep/schedules';
import { onTimer } from '#application/timer';

/** The use cases that nobody asks for by HTTP. They stand apart because a function that does one of them has no need to load the whole API. */
export const workHandlers: Omit<Handlers, 'operations'> = {
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
