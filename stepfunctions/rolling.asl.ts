import { everyStrategy, strategyMachine } from '#stepfunctions/strategy-machine';

/**
 * Rolling: validate → [gate → replace a batch → verify]* → gate → replace the last batch → verify → replace the workers → retire what
 * is left → conclude. Any failure brings the old instances back.
 */
export const rolling = strategyMachine('Rolling: new instances take the place of old ones, batch by batch.', [
  { kind: 'replace', name: 'Replace batch', comment: 'New instances take the place of old ones.', does: 'change' },
  everyStrategy.verify,
  everyStrategy.approve,
  { kind: 'promote', name: 'Replace last batch', comment: 'The last old instances go.', does: 'change' },
  everyStrategy.workers,
  everyStrategy.retire,
]);
