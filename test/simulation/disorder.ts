import type { Handlers } from '#application/handlers';

import type { Chance } from '../application/crash/chance.ts';
import type { FaultName, Faults } from './faults.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** What was done on purpose; such a failure is no trouble. */
export class Disorder extends Error {}

/** The longest that work is held up, and after which a repetition comes that nobody counts on any more. */
const LONGEST_DELAY_MILLISECONDS = 4000;
const LATEST_REPETITION_MILLISECONDS = 40_000;

const TURNS: readonly FaultName[] = ['done twice', 'done side by side', 'done late', 'failed before it was done', 'failed after it was done', 'done although it failed', 'done again later'];

/**
 * What is promised to happen at least once, and in no order, happens so: it is done twice, one after the other or side by side, it comes
 * late, it fails before it was done (which is how a bus drops a message that it will deliver again) or after, and it is done again when
 * nobody counts on it any more.
 */
export function disorderedBy({ chance, faults, time }: { readonly chance: Chance; readonly faults: Faults; readonly time: SimulatedTime }): (handlers: Handlers, isAlive: () => boolean) => Handlers {
  return (handlers, isAlive) => {
    const later = (work: () => Promise<unknown>) => {
      time.after(chance.below(LATEST_REPETITION_MILLISECONDS), () => {
        // What goes wrong with a repetition is nobody's to hear.
        if (isAlive()) work().catch(() => undefined);
      });
    };
    const disordered = <Given extends readonly unknown[], Result>(work: (...given: Given) => Promise<Result>) => async (...given: Given): Promise<Result> => {
      const once = async () => await work(...given);
      switch (faults.oneOf(TURNS, chance)) {
        case 'done twice':
          await once();
          return await once();
        case 'done side by side':
          return (await Promise.all([once(), once()]))[0];
        case 'done late':
          await time.sleep(chance.below(LONGEST_DELAY_MILLISECONDS));
          return await once();
        case 'failed before it was done':
          throw new Disorder('it fails before it is done');
        case 'failed after it was done':
          await once();
          throw new Disorder('it fails after it is done');
        case 'done although it failed':
          later(once);
          throw new Disorder('it fails, and is done later');
        case 'done again later':
          later(once);
          return await once();
        default:
          return await once();
      }
    };
    const { tasks } = handlers;
    return {
      ...handlers,
      timer: disordered(handlers.timer),
      // The relay waits for each projection, so a repetition is all that can come.
      project: async (...given) => {
        if (faults.strikes('done twice', chance)) await handlers.project(...given);
        await handlers.project(...given);
      },
      consumers: { ...handlers.consumers, ...Object.fromEntries(Object.entries(handlers.consumers).map(([name, consume]) => [name, disordered(consume)])) },
      tasks: {
        'validate-deployment': disordered(tasks['validate-deployment']), 'next-step': disordered(tasks['next-step']), 'enter-gate': disordered(tasks['enter-gate']), 'dispatch-step': disordered(tasks['dispatch-step']),
        'start-wait': disordered(tasks['start-wait']), 'begin-rollback': disordered(tasks['begin-rollback']), 'conclude-deployment': disordered(tasks['conclude-deployment']),
      },
    };
  };
}
