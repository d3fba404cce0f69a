import { compilePattern } from '#standalone/event-patterns/compile-pattern';

import { alternating, ratePerSecond } from './measure.ts';
import type { BenchRow } from './measure.ts';

const ROUND_MILLISECONDS = 1000;
const EVENTS_AT_ONCE = 100;

const event = {
  version: '0', id: 'deployment/dep-01kaj3zv6w8y2r9d4x5b7c1m0n/7', 'detail-type': 'StepDispatched', source: 'sluice', account: '', time: '2026-01-01T00:00:00Z', region: '', resources: [],
  detail: { tenant: 'shop', stream: 'deployment/dep-01kaj3zv6w8y2r9d4x5b7c1m0n', version: 7, type: 'StepDispatched', payload: { step: '2-shift', attempt: 1, providers: ['agent'], weightPercent: 20, reason: 'move 20 % of the traffic' } },
};

/** A hundred rules as people write them, a few of which want the event: by type, tenant, prefix, number, absence, and what it must not be. */
const patterns = Array.from({ length: 100 }, (_, index) => {
  const kinds = [
    { 'detail-type': ['StepDispatched', `Other${index}`], detail: { tenant: [`tenant-${index}`] } },
    { source: ['sluice'], detail: { stream: [{ prefix: `application/${index}` }] } },
    { detail: { payload: { weightPercent: [{ numeric: ['>', index] }] } } },
    { detail: { payload: { providers: [{ 'anything-but': ['agent'] }], step: [{ suffix: '-shift' }] } } },
    { detail: { payload: { step: [{ wildcard: `*-shift-${index}` }], missing: [{ exists: false }] } } },
  ];
  return kinds[index % kinds.length];
});

export const patternMatching: BenchRow = {
  what: 'Events matched against 100 event patterns', unit: 'per second', comparedWith: 'parsing the event\'s JSON 100 times',
  measure: async () => {
    const compiled = patterns.map((pattern) => {
      const result = compilePattern(pattern);
      if (result.outcome === 'invalid') throw new Error(result.reason);
      return result;
    });
    const text = JSON.stringify(event);
    const wanted = compiled.filter((one) => one.matches(event)).length;
    if (wanted === 0 || wanted === compiled.length) throw new Error(`${wanted} patterns want the event`);
    return await alternating(
      async () => await ratePerSecond(ROUND_MILLISECONDS, () => {
        for (let index = 0; index < EVENTS_AT_ONCE; index += 1) for (const one of compiled) one.matches(event);
        return EVENTS_AT_ONCE;
      }),
      async () => await ratePerSecond(ROUND_MILLISECONDS, () => {
        for (let index = 0; index < EVENTS_AT_ONCE * compiled.length; index += 1) JSON.parse(text);
        return EVENTS_AT_ONCE;
      }),
    );
  },
};
