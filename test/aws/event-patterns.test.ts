import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

import { busRules, gatewayRules } from '#contracts/bus-rules';
import { EVENT_SOURCE, eventCatalogue } from '#contracts/events';
import { compilePattern } from '#standalone/event-patterns/compile-pattern';
import { hasShared, readShared } from '#test/shared-data';

const FILE = 'conformance/event-patterns.json';

const recordedCase = z.looseObject({ id: z.string(), pattern: z.unknown(), event: z.record(z.string(), z.unknown()), expected: z.union([z.boolean(), z.literal('invalid')]) });

/** Where the emulator answers other than AWS did, by which we go. */
const DIFFERENT: ReadonlySet<string> = new Set([
  // It has no bound on how complex a wildcard may be.
  'content_wildcard_complex_EXC',
  // It takes a dot in the event's field for a dot.
  'dot_joining_event',
]);

const client = new EventBridgeClient({ maxAttempts: 3 });
afterAll(() => client.destroy());

/** What the emulator's EventBridge says of a pattern and an event. */
async function asked(pattern: unknown, event: unknown): Promise<boolean | 'invalid'> {
  try {
    const { Result = false } = await client.send(new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) }));
    return Result;
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidEventPatternException') return 'invalid';
    throw error;
  }
}

/** What our own matcher says. */
function ours(pattern: unknown, event: unknown): boolean | 'invalid' {
  const compiled = compilePattern(pattern);
  return compiled.outcome === 'valid' ? compiled.matches(event) : 'invalid';
}

describe.runIf(hasShared(FILE))('the matcher in process and the emulator\'s agree', () => {
  const cases = hasShared(FILE) ? readShared(FILE, z.array(recordedCase)) : [];

  it.each(cases.filter(({ id }) => !DIFFERENT.has(id)))('on $id', async ({ pattern, event }) => {
    expect(ours(pattern, event)).toBe(await asked(pattern, event));
  });

  it.each(cases.filter(({ id }) => DIFFERENT.has(id)))('but on $id, where ours answers as AWS did', async ({ pattern, event, expected }) => {
    expect(ours(pattern, event)).toBe(expected);
    expect(await asked(pattern, event)).not.toBe(expected);
  });
});

describe('each rule of the bus', () => {
  it.each([...busRules, ...gatewayRules].map((rule) => [rule.consumer, rule] as const))('of %s takes the same events here and there', async (_consumer, { pattern }) => {
    const found = await Promise.all(Object.keys(eventCatalogue).map(async (type) => {
      const event = { id: '1', account: '000000000000', time: '2026-11-21T12:00:00Z', region: 'us-east-1', resources: [], source: EVENT_SOURCE, 'detail-type': type, detail: { payload: { providers: ['agent'] } } };
      return [type, await asked(pattern, event), ours(pattern, event)] as const;
    }));
    expect(found.filter(([, there, here]) => there !== here)).toEqual([]);
    expect(found.flatMap(([type, there]) => (there === true ? [type] : [])).toSorted()).toEqual([...pattern['detail-type']].toSorted());
  });
});
