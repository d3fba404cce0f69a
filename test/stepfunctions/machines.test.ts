import { createRequire } from 'node:module';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { machineName, machineTasks } from '#contracts/functions';
import type { Json, State, StateMachine } from '#stepfunctions/language';
import { machines } from '#stepfunctions/machines';

import { parsedMachine } from './simulated-run.ts';

const names = machineName.options;
const validation = z.object({ isValid: z.boolean(), errors: z.array(z.unknown()) });
const validator = z.function({ input: [z.unknown()], output: validation }).parse(createRequire(import.meta.url)('asl-validator'));

function statesOf(machine: StateMachine): readonly (readonly [string, State])[] {
  return Object.entries(machine.States);
}

/** All strings of a value, wherever they are. */
function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(strings);
}

function expressionsOf(machine: StateMachine): readonly string[] {
  return strings(machine).flatMap((text) => /^\{%(.*)%\}$/s.exec(text)?.[1]?.trim() ?? []);
}

describe.each(names)('the machine %s', (name) => {
  const machine = machines[name];

  test('is valid for a validator that is not ours', () => {
    // It writes into what it is given.
    expect(validator(structuredClone(machine))).toEqual({ isValid: true, errors: [] });
    expect(validator({ ...structuredClone(machine), StartAt: 'Nowhere' })).toMatchObject({ isValid: false });
  });

  test('is taken by our own interpreter, and is plain JSON', () => {
    expect(parsedMachine(name).StartAt).toBe(machine.StartAt);
    expect(JSON.parse(JSON.stringify(machine))).toEqual(machine);
  });

  test('keeps its expressions to paths, comparisons and arithmetic', () => {
    const path = String.raw`\$[a-zA-Z]+(?:\.[a-zA-Z]+)*`;
    const literal = String.raw`'[^']*'|\d+|null`;
    const operator = String.raw`\s*(?:!=|<=|>=|=|<|>|\+|-|\*|/|\band\b|\bor\b)\s*`;
    const operand = `(?:${path}|${literal})`;
    const allowed = new RegExp(`^${operand}(?:${operator}${operand})*$`);
    const expressions = expressionsOf(machine);
    expect(expressions.length).toBeGreaterThan(5);
    expect(expressions.filter((expression) => !allowed.test(expression))).toEqual([]);
  });

  test('calls functions that there are, by the integration that fits', () => {
    const references = new Map(Object.entries(machineTasks).map(([task, { input }]) => [`\${${task.replaceAll('-', '_')}}`, 'token' in input.shape]));
    for (const [state, task] of statesOf(machine)) {
      if (task.Type !== 'Task') continue;
      const { FunctionName } = z.object({ FunctionName: z.string() }).parse(task.Arguments);
      expect([state, references.get(FunctionName)]).toEqual([state, task.Resource.endsWith('.waitForTaskToken')]);
    }
  });

  test('gives each call no more and no less than its input', () => {
    for (const [state, task] of statesOf(machine)) {
      if (task.Type !== 'Task') continue;
      const { FunctionName, Payload } = z.object({ FunctionName: z.string(), Payload: z.record(z.string(), z.unknown()) }).parse(task.Arguments);
      const wanted = Object.entries(machineTasks).find(([one]) => FunctionName === `\${${one.replaceAll('-', '_')}}`)?.[1].input.shape ?? {};
      expect([state, Object.keys(Payload).toSorted()]).toEqual([state, Object.keys(wanted).toSorted()]);
    }
  });

  test('bounds every task by a time-out and every repetition by a number', () => {
    for (const [state, task] of statesOf(machine)) {
      if (task.Type !== 'Task') continue;
      expect([state, typeof task.TimeoutSeconds]).toEqual([state, expect.stringMatching(/number|string/)]);
      for (const retrier of task.Retry ?? []) expect(retrier).toMatchObject({ MaxAttempts: expect.any(Number), MaxDelaySeconds: expect.any(Number), JitterStrategy: 'FULL' });
    }
  });

  test('leads every failure before the way back into the way back, whose tasks alone fail for good', () => {
    const wayBack = new Set(['Begin rollback', 'Next restoring step', 'Conclude']);
    for (const [state, task] of statesOf(machine)) {
      if (task.Type !== 'Task' || wayBack.has(state)) continue;
      const caught: readonly Json[] = (task.Catch ?? []).flatMap((one) => (one.ErrorEquals.includes('States.ALL') ? [one.Next] : []));
      expect([state, caught]).toEqual([state, [state === 'Restore stable' ? 'Restoring ended' : 'Begin rollback']]);
    }
  });

  test('says of every state that does something what it does', () => {
    expect(machine.Comment).not.toBe('');
    for (const [state, one] of statesOf(machine)) expect([state, one.Type === 'Task' || one.Type === 'Wait' ? one.Comment : 'no need']).toEqual([state, expect.stringMatching(/\w{4,}/)]);
  });

  test('reaches every state that it has', () => {
    const next = (state: State | undefined): readonly string[] => strings(state === undefined ? [] : Object.entries(state).flatMap(([field, value]) => (['Next', 'Default'].includes(field) ? [value] : ['Choices', 'Catch'].includes(field) ? z.array(z.object({ Next: z.string() })).parse(value) : [])));
    const reached = new Set<string>();
    const walk = (state: string) => {
      if (reached.has(state)) return;
      reached.add(state);
      next(machine.States[state]).filter((one) => one in machine.States).forEach(walk);
    };
    walk(machine.StartAt);
    expect([...reached].toSorted()).toEqual(Object.keys(machine.States).toSorted());
  });
});
