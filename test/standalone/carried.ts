import type { EventEnvelope, NewEvent } from '#contracts/events';
import type { BusConsumer } from '#contracts/bus-rules';
import { Relay } from '#standalone/relay';
import { openStandalonePorts } from '#standalone/open-ports';
import type { StandalonePorts } from '#standalone/open-ports';

import type { VirtualTime } from './virtual-time.ts';

/** A relay on a data folder, on virtual time, that notes all it does. */
export type Carried = StandalonePorts & {
  readonly relay: Relay;
  readonly projected: string[];
  readonly consumed: string[];
  readonly troubles: string[];
  append(stream: string, expectedVersion: number, ...events: readonly NewEvent[]): Promise<void>;
};

/** What a test puts in the place of read models and consumers; chance is 1, so that every wait is the longest. */
export type Replacements = { project?(event: EventEnvelope): Promise<void>; consume?(consumer: BusConsumer, event: EventEnvelope): Promise<void> };

/** Opens the folder with a relay that was not started. */
export async function openCarried(dataFolder: string, time: VirtualTime, replacements: Replacements = {}): Promise<Carried> {
  const opened = await openStandalonePorts({ dataFolder, clock: time });
  const [projected, consumed, troubles]: [string[], string[], string[]] = [[], [], []];
  const relay = new Relay({
    database: opened.database, ...opened.signals, clock: time, sleeper: time, random: () => 1,
    async project(event) {
      await replacements.project?.(event);
      projected.push(`${event.stream} ${event.version}`);
    },
    async consume(consumer, event) {
      await replacements.consume?.(consumer, event);
      consumed.push(`${consumer} ${event.stream} ${event.version}`);
    },
    onTrouble: (doing, error) => troubles.push(`${doing}: ${error instanceof Error ? error.message : String(error)}`),
  });
  return {
    ...opened, relay, projected, consumed, troubles,
    async append(stream, expectedVersion, ...events) {
      await opened.ports.events.append({ tenant: 'default', stream, expectedVersion, events, at: time.in(0), traceId: 'a'.repeat(32) });
    },
  };
}

export const succeeded: NewEvent = { type: 'DeploymentSucceeded', payload: { reason: 'all is well', cleanupAt: null } };
export const cleanedUp: NewEvent = { type: 'CleanupFinished', payload: { outcome: 'done', reason: 'the old side is stopped' } };
export const look: NewEvent = {
  type: 'LookTaken',
  payload: { deployment: 'dep-1', step: null, run: 1, look: 1, target: 'edge', fromSecond: 1, toSecond: 2, measurements: [], verdict: 'Running', samples: 0, droppedSamples: 0, reason: 'first look' },
};

/** A step that agents are to do. */
export const dispatched: NewEvent = {
  type: 'StepDispatched', payload: { step: 'shift-1', attempt: 1, generationOffset: 0, commands: [], providers: ['agent'], reason: 'the step before is done' },
};
