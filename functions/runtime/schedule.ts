import { workHandlers } from '#application/work-handlers';
import { describedOnce } from '#aws/described-once';
import type { ScheduleName } from '#contracts/timers';

import { contextOf } from './engine.ts';
import { around } from './handler.ts';

/** The function of a schedule. `before` answers what went wrong with it: that is told in the end, and keeps the schedule from nothing. */
export function scheduleFunction(schedule: ScheduleName, before: () => Promise<readonly unknown[]> = async () => []) {
  return around(async (): Promise<void> => {
    const errors = [...await before()];
    const { ports, ...context } = contextOf('operator');
    await workHandlers.schedules[schedule]({ ...context, ports: { ...ports, workflow: describedOnce(ports.workflow) } }).catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw new AggregateError(errors, `the schedule ${schedule} failed in ${errors.length} places`);
  });
}
