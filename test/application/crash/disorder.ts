import type { Handlers } from '#application/handlers';

import type { Chance } from './chance.ts';
import type { World, WorldOptions } from './world.ts';

/** What was done on purpose; such a failure is no trouble. */
export class Disorder extends Error {}

/** The longest that work is held up, and after which a repetition comes that nobody counts on any more. */
const LONGEST_DELAY_MILLISECONDS = 3000;
const LATEST_REPETITION_SECONDS = 40;

/**
 * Everything that is promised to happen at least once, and in no order, happens so: it is done twice, one after the other or side by side,
 * it comes late, it fails before it was done or after, and it is done again when nobody counts on it any more.
 */
export function disorderOf(chance: Chance): NonNullable<WorldOptions['disorder']> {
  return { chance, handlers: (handlers, world) => disordered(handlers, chance, world) };
}

function disordered(handlers: Handlers, chance: Chance, world: World): Handlers {
  const wrap = <Given extends readonly unknown[], Result>(work: (...given: Given) => Promise<Result>) => async (...given: Given): Promise<Result> => await once(chance, world, async () => await work(...given));
  const { tasks, consumers } = handlers;
  return {
    ...handlers,
    timer: wrap(handlers.timer),
    project: async (...given) => {
      // The relay waits for each projection, so a repetition is all that can come.
      if (chance.percent(20)) await handlers.project(...given);
      await handlers.project(...given);
    },
    consumers: {
      'start-execution': wrap(consumers['start-execution']), 'resume-machine': wrap(consumers['resume-machine']), 'hand-to-agent': wrap(consumers['hand-to-agent']),
      'record-report': wrap(consumers['record-report']), 'advance-queue': wrap(consumers['advance-queue']),
    },
    tasks: {
      'validate-deployment': wrap(tasks['validate-deployment']), 'next-step': wrap(tasks['next-step']), 'enter-gate': wrap(tasks['enter-gate']), 'dispatch-step': wrap(tasks['dispatch-step']),
      'start-wait': wrap(tasks['start-wait']), 'begin-rollback': wrap(tasks['begin-rollback']), 'conclude-deployment': wrap(tasks['conclude-deployment']),
    },
  };
}

type Turn = 'plain' | 'twice' | 'side by side' | 'late' | 'fails before' | 'fails after' | 'fails, and is done later' | 'again later';

/** How often each turn is taken, in a hundred. Calls of machines are tried nine times, so that one in a million fails for good. */
const TURNS: readonly (readonly [Turn, number])[] = [['twice', 10], ['side by side', 10], ['late', 15], ['fails before', 7], ['fails after', 7], ['fails, and is done later', 6], ['again later', 10], ['plain', 35]];

async function once<Result>(chance: Chance, world: World, work: () => Promise<Result>): Promise<Result> {
  const turn = chance.pick(TURNS);
  if (turn === 'side by side') return (await Promise.all([work(), work()]))[0];
  if (turn === 'twice') await work();
  if (turn === 'late') await world.time.sleep(chance.below(LONGEST_DELAY_MILLISECONDS));
  if (turn === 'fails before') throw new Disorder('it fails before it is done');
  const later = () => world.later(chance.below(LATEST_REPETITION_SECONDS), async () => void (await work()));
  if (turn === 'fails, and is done later') {
    later();
    throw new Disorder('it fails, and is done later');
  }
  const result = await work();
  if (turn === 'fails after') throw new Disorder('it fails after it is done');
  if (turn === 'again later') later();
  return result;
}
