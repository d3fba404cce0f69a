import * as z from 'zod';

import { releaseName } from '#domain/resources/names';
import { processIdentity } from '#agent/processes/identity';

/** What is kept of one instance, so that the next agent goes on where this one ended. Times are milliseconds since 1970. */
export const instanceRecord = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  release: releaseName,
  /** The fingerprint of its side. */
  side: z.string(),
  /** The running process; `null` between two starts, and for a moment while one is being started. */
  process: processIdentity.nullable(),
  port: z.int().nullable(),
  startedAtMilliseconds: z.int(),
  /** Where the present start's output begins in the log. */
  logOffset: z.int(),
  /** How often it has ended in a row without having been steady. */
  ends: z.int(),
  everReady: z.boolean(),
  ready: z.boolean(),
  /** When it was asked to stop; it is not started again then. */
  stoppingSinceMilliseconds: z.int().nullable(),
});

export type InstanceRecord = z.infer<typeof instanceRecord>;

/** A new instance of a side, before its first start. */
export function newInstanceRecord(id: string, side: string, release: string): InstanceRecord {
  return { id, release, side, process: null, port: null, startedAtMilliseconds: 0, logOffset: 0, ends: 0, everReady: false, ready: false, stoppingSinceMilliseconds: null };
}
