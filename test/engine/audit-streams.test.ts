import { describe, expect, it } from 'vitest';

import { canonicalJson } from '#contracts/canonical-json';
import type { EventEnvelope } from '#contracts/events';
import type { AuditFinding } from '#engine/audit-source';
import { AuditedStreams } from '#engine/audit-streams';
import { FIRST_PREVIOUS_HASH, hashOf } from '#engine/event-chain';

/** More than a call can take arguments: some 125,000 on Node's stack of 1 MB. */
const MANY = 150_000;

const unasked = { add: () => {} };

/** The stream's events, each with the hash that covers the one before. */
function* chained(): Generator<EventEnvelope> {
  let hash = FIRST_PREVIOUS_HASH;
  for (let version = 1; version <= MANY; version += 1) {
    const content = { tenant: 'acme', stream: 'target/edge', version, type: 'TargetDeleted', schemaVersion: 1, payload: {}, at: '2026-01-01T00:00:00.000Z', traceId: '0'.repeat(32) } as const;
    hash = hashOf(hash, canonicalJson(content));
    yield { ...content, hash };
  }
}

describe('a stream with more versions than a call takes arguments', () => {
  it('is compared with all that was sealed of it', () => {
    const found: AuditFinding[] = [];
    const hashes = new Map(Array.from({ length: MANY }, (_, index) => [index + 1, { hash: 'a', number: index + 1 }] as const));
    const streams = new AuditedStreams((finding) => found.push(finding), new Map([['acme#target/edge', { tenant: 'acme', stream: 'target/edge', to: MANY, hashes }]]), unasked);
    streams.end();
    expect(found.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([`removed: the whole stream is missing: checkpoint ${MANY} has it up to version ${MANY}`]);
  });

  it('is read to its end behind two gaps', () => {
    const found: AuditFinding[] = [];
    const streams = new AuditedStreams((finding) => found.push(finding), new Map(), unasked);
    for (const envelope of chained()) if (envelope.version !== 1 && envelope.version !== 5) streams.add({ envelope });
    expect(streams.end()).toMatchObject({ streams: 1, events: MANY - 2 });
    expect(found.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual(['removed: version 1 is missing', 'removed: version 5 is missing']);
  });
});
