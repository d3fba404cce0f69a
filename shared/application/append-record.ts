import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { Failure } from '#contracts/errors';
import type { NewEvent } from '#contracts/events';

/**
 * Each round one of several writers of a stream wins; ten at the same moment on one secret, key or day of findings are more than
 * there are.
 */
const MAXIMUM_ROUNDS = 10;

/**
 * Appends an event that is true whatever the stream holds: that something was done, or found. Answers the stream's new version.
 * @throws Failure `version-conflict` when others won ten times
 */
export async function appendRecord(context: Context, stream: string, event: NewEvent): Promise<number> {
  const { events } = context.ports;
  for (let round = 1; ; round += 1) {
    const last = await events.readLast({ tenant: context.tenant, stream });
    try {
      const { version } = await events.append({ tenant: context.tenant, stream, expectedVersion: last?.version ?? 0, events: [event], at: nowOf(context), traceId: context.traceId });
      return version;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'version-conflict' || round >= MAXIMUM_ROUNDS) throw error;
    }
  }
}
