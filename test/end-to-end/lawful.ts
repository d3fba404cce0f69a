import { expect } from 'vitest';

import type { StreamEvent } from '#client/index';
import { deploymentEventPayloads, TERMINAL_EVENTS } from '#domain/deployment/events';

/** An event as lists and the stream show it. */
export type Told = Pick<StreamEvent, 'type' | 'version' | 'payload' | 'stream'>;

const terminal: readonly string[] = TERMINAL_EVENTS;

/** What may still happen after the end: the old side is cleaned up. */
const AFTER_THE_END = ['StepDispatched', 'CommandReported', 'StepSucceeded', 'CleanupFinished'];

/**
 * Checks what holds for every deployment that has ended, whatever happened: nothing is missing, nothing was done twice, there is one end,
 * and everything has its reason.
 */
export function expectLawful(events: readonly Told[]): void {
  expect(events.map((one) => one.version)).toEqual(events.map((_, index) => index + 1));
  expect(repeated(keysOf(events))).toEqual([]);
  const ends = events.filter((one) => terminal.includes(one.type));
  expect(ends).toHaveLength(1);
  const after = events.filter((one) => one.version > (ends[0]?.version ?? 0));
  expect(after.map((one) => one.type).filter((type) => !AFTER_THE_END.includes(type))).toEqual([]);
  expect(events.filter((one) => reasonOf(one) === '').map((one) => one.type)).toEqual([]);
  expectReportsOfCommands(events);
}

/** What an event makes happen, where that must happen once. */
function keysOf(events: readonly Told[]): readonly string[] {
  const attempts = new Map<string, number>();
  return events.flatMap((one): string[] => {
    const { type, payload } = one;
    switch (type) {
      case 'DeploymentRequested': case 'DeploymentPlanned': case 'RollbackStarted': case 'CleanupFinished': case 'AbortRequested':
        return [type];
      case 'ValidationFinished':
        return [`${type} ${deploymentEventPayloads.ValidationFinished.parse(payload).phase}`];
      case 'StepDispatched': {
        const { step, attempt } = deploymentEventPayloads.StepDispatched.parse(payload);
        expect([step, attempt]).toEqual([step, (attempts.get(step) ?? 0) + 1]);
        // Only what restores the old release is tried again.
        expect([step, attempt === 1 || step.startsWith('restore')]).toEqual([step, true]);
        attempts.set(step, attempt);
        return [`${type} ${step} ${attempt}`];
      }
      case 'WaitStarted': case 'StepSucceeded': case 'StepSkipped':
        return [`${type === 'WaitStarted' ? 'started' : 'ended'} ${String(stepOf(payload))}`];
      case 'CommandReported':
        return [`${type} ${deploymentEventPayloads.CommandReported.parse(payload).command}`];
      case 'VerdictReached': {
        const { step, run } = deploymentEventPayloads.VerdictReached.parse(payload);
        return [`${type} ${step ?? 'background'} ${run}`];
      }
      default:
        return [];
    }
  });
}

function expectReportsOfCommands(events: readonly Told[]): void {
  const dispatched = new Set(events.flatMap((one) => (one.type === 'StepDispatched' ? deploymentEventPayloads.StepDispatched.parse(one.payload).commands.map((command) => command.id) : [])));
  const reported = events.flatMap((one) => (one.type === 'CommandReported' ? [deploymentEventPayloads.CommandReported.parse(one.payload).command] : []));
  expect(reported.filter((id) => !dispatched.has(id))).toEqual([]);
}

function reasonOf({ payload }: Told): string | undefined {
  return typeof payload === 'object' && payload !== null && 'reason' in payload && typeof payload.reason === 'string' ? payload.reason : undefined;
}

function stepOf(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && 'step' in payload ? payload.step : undefined;
}

function repeated(keys: readonly string[]): readonly string[] {
  return keys.filter((key, index) => keys.indexOf(key) < index);
}
