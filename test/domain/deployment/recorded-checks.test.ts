import { describe, expect, test } from 'vitest';

import type { Check } from '#domain/deployment/events';
import { recordedChecks } from '#domain/deployment/recorded-checks';

import { at, given, planned } from './story.ts';
import { canary } from './walk.ts';

const many = (count: number, outcome: Check['outcome'] = 'passed', reason = 'fits'): readonly Check[] => Array.from({ length: count }, (_, index) => ({ check: `artefact/edge-${index}/web`, outcome, reason }));

describe('the checks that an event keeps', () => {
  test('are all of them, in their order, where they fit', () => {
    const checks = [...many(150), ...many(50, 'failed')];
    expect(recordedChecks(checks)).toEqual(checks);
    expect(recordedChecks([])).toEqual([]);
  });

  test('are those that failed first where there are too many, and the others are counted', () => {
    const kept = recordedChecks([...many(300), ...many(3, 'failed', 'there is no such file')]);
    expect(kept).toHaveLength(200);
    expect(kept.slice(0, 4).map((one) => one.outcome)).toEqual(['failed', 'failed', 'failed', 'passed']);
    expect(kept.at(-1)).toEqual({ check: 'others', outcome: 'passed', reason: '104 more checks, of which none failed' });
  });

  test('have no more text than an event has room for', () => {
    const kept = recordedChecks(many(120, 'failed', 'x'.repeat(1000)));
    expect(JSON.stringify(kept).length).toBeLessThan(25_000);
    expect(kept.at(-1)).toMatchObject({ check: 'others', outcome: 'failed', reason: expect.stringMatching(/^\d+ more checks, of which \d+ failed$/) });
  });

  test('fit the schema of their event, of however many targets they are', () => {
    given(planned(canary())).when({ type: 'RecordValidation', phase: 'before', checks: many(2000), at: at(1) }).thenTypes('ValidationFinished');
  });
});
