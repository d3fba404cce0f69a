import type { ScheduleName } from '#contracts/timers';

import { contextOf, handlers } from './engine.ts';
import { around } from './handler.ts';

/** The function of a schedule. */
export function scheduleFunction(schedule: ScheduleName, before: () => Promise<void> = async () => {}) {
  return around(async (): Promise<void> => {
    await before();
    await handlers.schedules[schedule](contextOf('operator'));
  });
}
