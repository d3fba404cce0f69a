import { busRules } from '#contracts/bus-rules';
import type { BusConsumer } from '#contracts/bus-rules';
import { EVENT_SOURCE } from '#contracts/events';
import type { EventEnvelope } from '#contracts/events';

import { compilePattern } from './event-patterns/compile-pattern.ts';
import type { EventPattern } from './event-patterns/compile-pattern.ts';

const compiledRules = busRules.map(({ consumer, pattern }) => ({ consumer, pattern: compiled(consumer, pattern) }));

/** Who is to be given an event: the consumers of all rules whose pattern matches it, each once. */
export function consumersOf(event: EventEnvelope): readonly BusConsumer[] {
  const form = eventBridgeForm(event);
  return [...new Set(compiledRules.flatMap((rule) => (rule.pattern.matches(form) ? [rule.consumer] : [])))];
}

/**
 * An event as EventBridge shows it to patterns (https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html).
 * Account and region are empty: here there are none, and no rule asks for them.
 */
function eventBridgeForm(event: EventEnvelope) {
  return {
    version: '0', id: `${event.stream}/${event.version}`, 'detail-type': event.type, source: EVENT_SOURCE, account: '', time: event.at, region: '', resources: [], detail: event,
  };
}

/** The rules are ours, so one that does not compile is a mistake of the program; it shows at the start. */
function compiled(consumer: string, pattern: unknown): EventPattern {
  const result = compilePattern(pattern);
  if (result.outcome === 'invalid') throw new Error(`the rule of ${consumer} has no valid pattern: ${result.reason}`);
  return result;
}
