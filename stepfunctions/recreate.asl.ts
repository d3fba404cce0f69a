import { everyStrategy, strategyMachine } from '#stepfunctions/strategy-machine';

/**
 * Recreate: validate → gate → stop the old release → gate → start the new one → verify → workers → conclude. There is an outage in
 * between, by design. Any failure starts the old release again.
 */
export const recreate = strategyMachine('Recreate: everything old stops, then everything new starts.', [
  { kind: 'replace', name: 'Stop old release', comment: 'Everything old stops.', does: 'change' },
  { kind: 'promote', name: 'Start new release', comment: 'Everything new starts and takes all traffic.', does: 'change' },
  everyStrategy.verify,
  everyStrategy.approve,
  everyStrategy.workers,
  everyStrategy.retire,
]);
