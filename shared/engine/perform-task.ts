import type { Context } from '#application/context';
import type { TaskHandlers } from '#application/handlers';
import { machineTasks } from '#contracts/functions';
import type { MachineTask } from '#contracts/functions';

/** Calls the use case of a machine's task, with its input parsed. A task with a token answers by the token; what it returns is `null`. */
export async function performTask(tasks: TaskHandlers, context: Context, { task, input }: { readonly task: MachineTask; readonly input: unknown }) {
  switch (task) {
    case 'enter-gate': case 'dispatch-step': case 'start-wait':
      await tasks[task](context, machineTasks[task].input.parse(input));
      return null;
    case 'begin-rollback':
      return await tasks[task](context, machineTasks[task].input.parse(input));
    case 'validate-deployment': case 'next-step': case 'conclude-deployment':
      return await tasks[task](context, machineTasks[task].input.parse(input));
  }
}
