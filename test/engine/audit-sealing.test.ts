import { describe, expect, it } from 'vitest';

import type { AuditFinding } from '#engine/audit-source';
import { AuditedSealing } from '#engine/audit-sealing';

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();

/** What is told of events of these minutes, each with the checkpoint that sealed it, when the newest checkpoint was made in the minute 1000. */
function told(events: readonly (readonly [minute: number, checkpoint: number | undefined, position?: number])[], { anchor, newest = { acme: { at: at(1000) } }, now = 1000 }: { readonly anchor?: number; readonly newest?: { readonly [tenant: string]: { readonly at: string } }; readonly now?: number } = {}) {
  const found: AuditFinding[] = [];
  const sealing = new AuditedSealing((finding) => found.push(finding), newest, Date.parse(at(now)));
  for (const [minute, checkpoint, position = Number.POSITIVE_INFINITY] of events) sealing.add({ tenant: 'acme', at: at(minute), checkpoint, position });
  sealing.end(anchor === undefined ? {} : { acme: { number: anchor, seal: 'a' } });
  return found.map(({ kind, tenant, reason }) => `${kind} ${tenant}: ${reason.split(': ')[0] ?? ''}`);
}

const hours = [0, 10, 20, 30, 40] as const;

describe('what was sealed late', () => {
  it('is told when a checkpoint is the first to seal events of more than four spans of ten minutes', () => {
    expect(told(hours.map((minute) => [minute, 1]))).toEqual(['late acme: checkpoint 1 sealed events of a long time at once']);
    expect(told([...hours, 100, 110, 120, 130, 140].map((minute) => [minute, minute < 100 ? 3 : 4]))).toEqual(['late acme: checkpoint 3, and 1 after it, sealed events of a long time at once']);
  });

  it('is not told of what a stopped control plane left and sealed when it was started, nor of much in a short time', () => {
    expect(told([[0, 1], [9, 1], [10, 1], [700, 1], [710, 1]])).toEqual([]);
    expect(told(Array.from({ length: 1000 }, (_, index) => [index / 100, 1]))).toEqual([]);
    expect(told(hours.map((minute, index) => [minute, index + 1]))).toEqual([]);
  });

  it('is not told again of checkpoints that an earlier report had', () => {
    expect(told(hours.map((minute) => [minute, 2]), { anchor: 2 })).toEqual([]);
    expect(told(hours.map((minute) => [minute, 2]), { anchor: 1 })).toHaveLength(1);
  });
});

describe('what is in no checkpoint', () => {
  it('is told once for a tenant when it is more than ten minutes older than the newest checkpoint', () => {
    expect(told([[990, undefined], [999, undefined]])).toEqual([]);
    expect(told([[0, 1], [988, undefined], [989, undefined], [995, undefined]])).toEqual([`late acme: 2 events, the oldest of ${at(988)}, are in no checkpoint, though checkpoints were made more than ten minutes later`]);
  });

  it('is not told while a clock that was set back has made no checkpoint since', () => {
    expect(told([[400, undefined]], { now: 401 })).toEqual([]);
    expect(told([[400, undefined]], { newest: { acme: { at: at(1000) }, operator: { at: at(401) } } })).toEqual([]);
    expect(told([[0, 1], [400, undefined]], { newest: { acme: { at: at(1000) }, operator: { at: at(411) } } })).toHaveLength(1);
  });

  it('is told only if something behind it in the order of all events was sealed, where there is such an order', () => {
    expect(told([[900, 1, 1], [400, undefined, 2]])).toEqual([]);
    expect(told([[400, undefined, 1], [900, 1, 2]])).toHaveLength(1);
  });

  it('is not told where no checkpoint was ever made', () => {
    expect(told([[0, undefined], [500, undefined]], { newest: {} })).toEqual([]);
  });
});
