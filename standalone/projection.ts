import type { EventEnvelope } from '#contracts/events';
import type { Clock } from '#ports/clock';

import type { Random, Sleeper } from './clock.ts';
import { reasonOf } from './due-work.ts';
import type { Trouble } from './due-work.ts';
import type { FailedDelivery } from './transactions/deliveries.ts';

/** What projecting takes. */
export type ProjectionOptions = {
  readonly clock: Clock;
  readonly sleeper: Sleeper;
  readonly random: Random;
  readonly stopping: AbortSignal;
  project(event: EventEnvelope): Promise<void>;
  readonly onTrouble: Trouble;
};

/** The name under which an event that could not be projected is kept with the failed deliveries. */
export const PROJECTOR = 'projector';

/**
 * An event is projected up to 5 times, with waits of at most 0.1 + 0.2 + 0.4 + 0.8 s = 1.5 s between. All other events wait for it, so
 * it cannot be longer: then it is put aside as failed, and the next event of its stream brings the read model up to date.
 */
const PROJECTION_ATTEMPTS = 5;
const FIRST_DELAY_MILLISECONDS = 100;

/** Projects events: those of a stream one after the other, streams side by side. Answers those that failed for good. */
export async function projectAll(events: readonly EventEnvelope[], options: ProjectionOptions): Promise<readonly FailedDelivery[]> {
  const streams = Map.groupBy(events, (event) => `${event.tenant} ${event.stream}`);
  const failed = await Promise.all([...streams.values()].map((stream) => projectStream(stream, options)));
  return failed.flat();
}

async function projectStream(events: readonly EventEnvelope[], options: ProjectionOptions): Promise<readonly FailedDelivery[]> {
  const failed: FailedDelivery[] = [];
  for (const event of events) {
    const reason = await projectWithRetries(event, options);
    if (reason === undefined) continue;
    const { tenant, stream, version } = event;
    failed.push({ tenant, stream, version, consumer: PROJECTOR, event: JSON.stringify(event), attempts: PROJECTION_ATTEMPTS, reason });
  }
  return failed;
}

/** Answers why it failed for good, or `undefined` when it did not; a stop ends it without an answer that counts. */
async function projectWithRetries(event: EventEnvelope, options: ProjectionOptions): Promise<string | undefined> {
  const { clock, sleeper, random, stopping, project, onTrouble } = options;
  let reason: string | undefined;
  for (let attempt = 0; attempt < PROJECTION_ATTEMPTS && !stopping.aborted; attempt += 1) {
    if (attempt > 0) await sleeper.sleepUntil(clock.now() + random() * FIRST_DELAY_MILLISECONDS * 2 ** (attempt - 1), stopping);
    try {
      await project(event);
      return undefined;
    } catch (error) {
      onTrouble(`projecting ${event.type} of ${event.stream}`, error);
      reason = reasonOf(error);
    }
  }
  return reason;
}
