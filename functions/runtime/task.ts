import * as z from 'zod';

import { workHandlers } from '#application/work-handlers';
import type { MachineTask } from '#contracts/functions';
import { performTask } from '#engine/perform-task';

import { contextOf } from './engine.ts';
import { around, logAbout } from './handler.ts';

const subject = z.looseObject({ tenant: z.string(), deployment: z.string() });

/** The function of a machine's task. A task with a token answers by the token; what it returns is not used. */
export function taskFunction(task: MachineTask) {
  return around(async (event: unknown): Promise<unknown> => {
    const { tenant, deployment } = subject.parse(event);
    logAbout({ tenant, deployment });
    return await performTask(workHandlers.tasks, contextOf(tenant), { task, input: event });
  });
}
