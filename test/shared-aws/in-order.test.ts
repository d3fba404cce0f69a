import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { itemOfEvent } from '#aws/event-item';
import { eventsAfter } from '#aws/in-order';
import type { EventEnvelope } from '#contracts/events';

const stream = { tenant: 'acme', stream: 'deployment/a' };
const event = (version: number): EventEnvelope => ({ ...stream, version, type: 'StepSucceeded', schemaVersion: 1, at: '2026-11-21T12:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c', hash: 'ab'.repeat(32), payload: { step: '1-shift', reason: 'done' } });

/** A table whose queries see these versions, one query after the other, the last of them for ever. */
function seeing(...answers: readonly (readonly number[])[]) {
  let asked = 0;
  return { query: async () => await Promise.resolve((answers[Math.min(asked++, answers.length - 1)] ?? []).map((version) => itemOfEvent(event(version)))), asked: () => asked };
}

const versions = (events: readonly EventEnvelope[]) => events.map(({ version }) => version);

describe('the events of a stream after a version', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('are those that are given, once each and in order, where none is missing', async () => {
    const table = seeing();
    expect(versions(await eventsAfter(table, stream, 2, [event(4), event(2), event(3), event(4)]))).toEqual([3, 4]);
    expect(table.asked()).toBe(0);
  });

  it('are fetched where some in between were not given, and not beyond the newest given', async () => {
    expect(versions(await eventsAfter(seeing([2, 3, 4]), stream, 1, [event(3)]))).toEqual([2, 3]);
  });

  it('are read again while a transaction is seen by its end only', async () => {
    const table = seeing([2, 4], [2, 3, 4]);
    const read = eventsAfter(table, stream, 1, [event(4)]);
    await vi.runAllTimersAsync();
    expect(versions(await read)).toEqual([2, 3, 4]);
    expect(table.asked()).toBe(2);
  });

  it('are those that are left, when one stays away: what was taken out of a stream holds up nothing', async () => {
    const table = seeing([2, 4]);
    const read = eventsAfter(table, stream, 1, [event(4)]);
    await vi.runAllTimersAsync();
    expect(versions(await read)).toEqual([2, 4]);
    expect(table.asked()).toBe(4);
  });
});
