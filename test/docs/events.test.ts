import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { EVENT_SOURCE, eventCatalogue } from '#contracts/events';
import { compilePattern } from '#standalone/event-patterns/compile-pattern';

import { eventsPage, examplePattern, relayedTypes } from '../../scripts/events-page.ts';

const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');

describe('docs/events.md', () => {
  it('is what the catalogue says; `npm run docs` writes it anew', () => {
    expect(page).toBe(eventsPage());
  });

  it('has a section for every event that goes to the bus, and for no other', () => {
    const expected = Object.entries(eventCatalogue).filter(([, entry]) => entry.relayed).map(([type]) => type);
    const sections = [...page.matchAll(/^### (\w+)$/gm)].map(([, type = '']) => type);
    expect(sections.toSorted()).toEqual(expected.toSorted());
  });

  it.each(relayedTypes)('gives a pattern for %s that is valid, and matches its events only', (type) => {
    const pattern = examplePattern(type);
    const compiled = compilePattern(pattern);
    if (compiled.outcome === 'invalid') throw new Error(compiled.reason);
    const payload = Object.fromEntries(Object.entries(pattern.detail.payload ?? {}).map(([field, values]) => [field, values[0]]));
    const matching = relayedTypes.filter((one) => compiled.matches({ source: EVENT_SOURCE, 'detail-type': one, detail: { tenant: 'acme', payload } }));
    expect(matching).toEqual([type]);
    expect(compiled.matches({ source: EVENT_SOURCE, 'detail-type': type, detail: { tenant: 'other', payload } })).toBe(false);
  });

  it.each(relayedTypes)('gives a pattern for %s that names a field of its payload with a value that the field can have', (type) => {
    for (const [field, values] of Object.entries(examplePattern(type).detail.payload ?? {})) {
      const problems = eventCatalogue[type].payload.safeParse({ [field]: values[0] }).error?.issues ?? [];
      expect(problems.filter((issue) => issue.path[0] === field || issue.code === 'unrecognized_keys')).toEqual([]);
    }
  });
});
