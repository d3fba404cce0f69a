import { everyStrategy, strategyMachine } from '#stepfunctions/strategy-machine';

/**
 * Canary: validate → prepare the canary without traffic → [gate → shift a share of the traffic → verify → bake, pause, analyse or
 * ask people]* → gate → promote → verify → replace the workers → retire the old release → conclude.
 * Any failure, verdict or abort leads to the rollback branch: the last stable release takes all traffic again.
 */
export const canary = strategyMachine('Canary: traffic moves to the new release in steps, judged in between.', [
  { kind: 'prepare', name: 'Prepare canary', comment: 'The new side starts, without traffic.', does: 'quiet change' },
  { kind: 'shift', name: 'Shift traffic', comment: 'A share of the traffic moves to the canary.', does: 'change' },
  everyStrategy.verify,
  { kind: 'bake', name: 'Bake', comment: 'Time passes under real traffic.', does: 'wait' },
  { kind: 'pause', name: 'Pause', comment: 'Waits for a person or for its time.', does: 'wait' },
  { kind: 'analyse', name: 'Analyse', comment: 'The canary is judged against the stable release.', does: 'wait' },
  everyStrategy.approve,
  { kind: 'promote', name: 'Promote', comment: 'All traffic moves to the new release.', does: 'change' },
  everyStrategy.workers,
  everyStrategy.retire,
]);
