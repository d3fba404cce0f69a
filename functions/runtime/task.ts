import * as z from 'zod';

import { workHandlers } from '#application/work-handlers';
import { machineTasks } from '#contracts/functions';
import type { MachineTask } from '#contracts/functions';

import { contextOf } from './engine.ts';
import { around, logAbout } from './handler.ts';

const subject = z.looseObject({ tenant: z.string(), deployment: z.string() });

/** The function of a machine's task. A task with a token answers by the token; what it returns is not used. */
export function taskFunction(task: MachineTask) {
  return around(async (event: unknown): Promise<unknown> => {
    const { tenant, deployment } = subject.parse(event);
    logAbout({ tenant, deployment });
    return await perform(task, tenant, event);
  });
}

async function perform(task: MachineTask, tenant: string, event: unknown): Promise<unknown> {
  const context = contextOf(tenant);
  const { tasks } = workHandlers;
  switch (task) {
    case 'enter-gate': case 'dispatch-step': case 'start-wait':
      await tasks[task](context, machineTasks[task].input.parse(event));
      return null;
    case 'begin-rollback':
      return await tasks[task](context, machineTasks[task].input.parse(event));
    case 'validate-deployment': case 'next-step': case 'conclude-deployment':
      return await tasks[task](context, machineTasks[task].input.parse(event));
  }
}
