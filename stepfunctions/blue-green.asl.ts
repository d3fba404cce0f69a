import { everyStrategy, strategyMachine } from '#stepfunctions/strategy-machine';

/**
 * Blue-green: validate → start the whole new side as a preview → verify → analyse before promotion → ask for approval or go on by
 * itself → gate → switch all traffic at once → verify → analyse after promotion → replace the workers → conclude. The old side stays
 * for its delay and is cleaned up by a timer. Any failure switches back.
 */
export const blueGreen = strategyMachine('Blue-green: a whole new side is tried as a preview and then takes all traffic at once.', [
  { kind: 'prepare', name: 'Start preview', comment: 'The whole new side starts, without traffic and without workers.', does: 'quiet change' },
  everyStrategy.verify,
  { kind: 'analyse', name: 'Analyse', comment: 'The new side is judged, before or after the switch.', does: 'wait' },
  everyStrategy.approve,
  { kind: 'switch', name: 'Switch traffic', comment: 'All traffic moves at once.', does: 'change' },
  { kind: 'promote', name: 'Start with all traffic', comment: 'A first deployment has nothing to switch from.', does: 'change' },
  everyStrategy.workers,
  everyStrategy.retire,
]);
