import type { Context } from '#application/context';
import { nowOf } from '#application/context';
import { retryConflicts } from '#application/retry-conflicts';
import type { NewEvent } from '#contracts/events';

/**
 * Appends an event that is true whatever the stream holds: that something was done, or found. Answers the stream's new version.
 * @throws Failure `version-conflict` when others won again and again
 */
export async function appendRecord(context: Context, stream: string, event: NewEvent): Promise<number> {
  const { events } = context.ports;
  return await retryConflicts(async () => {
    const last = await events.readLast({ tenant: context.tenant, stream });
    const { version } = await events.append({ tenant: context.tenant, stream, expectedVersion: last?.version ?? 0, events: [event], at: nowOf(context), traceId: context.traceId });
    return version;
  });
}
