import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { Json, JsonObject } from '#stepfunctions/language';

import { advance } from '#standalone/asl/advance';
import { readCase, type Case } from '#standalone/asl/cases/case-format';
import { runVirtually, type Step, type VirtualRun } from '#standalone/asl/cases/virtual-run';
import type { Machine } from '#standalone/asl/machine';
import type { AdvanceContext, Effect, Signal } from '#standalone/asl/protocol';
import { parseSnapshot, type Snapshot } from '#standalone/asl/snapshot';
import { hasShared, readShared } from '#test/shared-data';

import { randomCases } from './random-machines.ts';
import { START, parsed } from './running.ts';

const casesFile = 'conformance/asl/asl-cases.json';

/** Storage: what is read is not what was written but a copy of its text. */
function stored(snapshot: Snapshot | undefined): Snapshot | undefined {
  return snapshot === undefined ? undefined : parseSnapshot(JSON.parse(JSON.stringify(snapshot)));
}

/** Chance that depends on where an execution is and on nothing else, as two runs of one case can only be alike with it. */
function steady(snapshot: Snapshot | undefined, context: AdvanceContext): AdvanceContext {
  let drawn = 0;
  const random = () => {
    drawn += 1;
    return createHash('sha256').update(`${snapshot?.events ?? 0}:${drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  return { ...context, random };
}

function undisturbed(machine: Machine): Step {
  return (snapshot, signal, context) => advance(machine, snapshot, signal, steady(snapshot, context));
}

/**
 * A host that dies before every commit and again after it: what it worked out first is lost, what it stored is read from
 * text, and every signal that it ever took comes once more.
 */
function disturbed(machine: Machine): Step {
  const taken: Signal[] = [];
  return (snapshot, signal, context) => {
    const work = () => advance(machine, stored(snapshot), signal, steady(snapshot, context));
    const lost = work();
    const committed = work();
    expect(committed).toEqual(lost);
    if (committed.outcome === 'gone') return committed;
    taken.push(signal);
    for (const again of taken.slice(-20)) {
      expect(advance(machine, stored(committed.snapshot), again, steady(committed.snapshot, context))).toEqual({ outcome: 'gone' });
    }
    return { ...committed, snapshot: stored(committed.snapshot) ?? committed.snapshot };
  };
}

/** Runs a case and keeps all effects. */
function runWith(machine: Machine, one: Pick<Case, 'input' | 'mocks' | 'control'>, step: Step): { readonly run: VirtualRun; readonly effects: readonly Effect[] } {
  const effects: Effect[] = [];
  const run = runVirtually({ machine, name: 'test', startedAt: START, case: one }, (snapshot, signal, context) => {
    const advanced = step(snapshot, signal, context);
    if (advanced.outcome === 'applied') effects.push(...advanced.effects);
    return advanced;
  });
  return { run, effects };
}

function runBothWays(definition: JsonObject, one: Pick<Case, 'input' | 'mocks' | 'control'>) {
  const machine = parsed(definition);
  return { plain: runWith(machine, one, undisturbed(machine)), again: runWith(machine, one, disturbed(machine)) };
}

/** What holds of every run: numbers without gaps, tasks scheduled once, nothing after the end. */
function expectOrder({ run, effects }: { readonly run: VirtualRun; readonly effects: readonly Effect[] }): void {
  expect(run.history.map(({ id }) => id)).toEqual(run.history.map((_, index) => index + 1));
  const scheduled = effects.flatMap((effect) => (effect.type === 'schedule' ? [effect.taskId] : []));
  expect(new Set(scheduled).size).toBe(scheduled.length);
  const abandoned = effects.flatMap((effect) => (effect.type === 'abandon' ? [effect.taskId] : []));
  expect(new Set(abandoned).size).toBe(abandoned.length);
  expect(effects.filter(({ type }) => type === 'ended').length).toBeLessThanOrEqual(1);
  expect(effects.findIndex(({ type }) => type === 'ended')).toBe('ending' in run ? effects.length - 1 : -1);
}

function readable(value: JsonObject): Case {
  const read = readCase(value);
  if ('fault' in read) throw new Error(read.fault);
  return read.parsed;
}

describe('an execution whose host dies before and after every commit', () => {
  test('goes as one that nothing happened to, whatever the machine', () => {
    fc.assert(
      fc.property(randomCases, (one) => {
        const { plain, again } = runBothWays(one.definition, readable({ ...one, mocks: { ...one.mocks } }));
        expect(again).toEqual(plain);
        expectOrder(plain);
      }),
      { numRuns: 150, seed: 20_300_101 },
    );
  });

  describe.runIf(hasShared(casesFile))('recorded on AWS', () => {
    const schema = z.object({ id: z.string(), language: z.string(), definition: z.custom<JsonObject>(), input: z.custom<Json>(), mocks: z.custom<JsonObject>().default({}) });
    const all = hasShared(casesFile) ? readShared(casesFile, z.array(schema)) : [];
    const recorded = all.filter(({ language, definition }) => language === 'JSONata' && definition.QueryLanguage === 'JSONata' && !JSON.stringify(definition).includes('DISTRIBUTED'));

    test.each(recorded)('goes as recorded: $id', ({ definition, ...one }) => {
      const { plain, again } = runBothWays(definition, readable({ ...one, definition }));
      expect(again).toEqual(plain);
      expectOrder(plain);
    });
  });
});
