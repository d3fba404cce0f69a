import { describe, expect, it } from 'vitest';

import { waitingFor } from '#application/deployments/queue-order';
import type { QueueEntry } from '#ports/lease';

/** A queued request by its number: `3 edge rim` came third and wants two targets. */
function queued(text: string, more: Partial<QueueEntry> = {}): QueueEntry {
  const [deployment = '', ...targets] = text.split(' ');
  return { deployment, application: 'shop', environment: 'production', targets, priority: 0, at: `2026-11-21T12:00:0${deployment}.000Z`, ...more };
}

const concerned = (targets: readonly string[] | 'any', entries: readonly QueueEntry[]) => waitingFor({ application: 'shop', targets }, entries).map(({ deployment }) => deployment);

describe('what was freed', () => {
  it('matters to who wants some of it, in the order of the queue', () => {
    expect(concerned(['edge', 'rim'], [queued('3 rim'), queued('1 edge'), queued('2 core'), queued('4 core rim', { priority: 1 })])).toEqual(['4', '1', '2', '3']);
    expect(concerned(['edge'], [queued('3 rim'), queued('1 edge'), queued('2 core')])).toEqual(['1']);
  });

  it('matters to who wants something together with one of these, however far', () => {
    expect(concerned(['edge'], [queued('5 moon'), queued('4 rim far'), queued('1 edge core'), queued('2 core rim'), queued('3 far')])).toEqual(['1', '2', '3', '4']);
  });

  it('does not matter to other applications on the same targets', () => {
    expect(concerned(['edge'], [queued('1 edge', { application: 'search' }), queued('2 edge')])).toEqual(['2']);
    expect(concerned('any', [queued('1 edge', { application: 'search' }), queued('2 rim')])).toEqual(['2']);
  });

  it('matters to all of the application where nobody knows on which targets it was', () => {
    expect(concerned('any', [queued('2 rim'), queued('3 core', { priority: 2 }), queued('1 edge')])).toEqual(['3', '1', '2']);
  });

  it('matters to nobody where nobody waits', () => {
    expect([concerned('any', []), concerned([], [queued('1 edge')]), concerned(['edge'], [])]).toEqual([[], [], []]);
  });
});
