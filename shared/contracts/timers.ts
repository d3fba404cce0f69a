import * as z from 'zod';

import { deploymentId } from '#domain/deployment/events';
import { resourceName } from '#domain/resources/names';

const subject = { tenant: resourceName, deployment: deploymentId };

/** What a timer does when it fires, by kind; at least once, never before its time. */
export const timerPayload = z.discriminatedUnion('kind', [
  /** A bake, a pause with a duration, or an approval's time is over. */
  z.strictObject({ kind: z.literal('wait-over'), ...subject, step: z.string() }),
  /** The next look of an analysis; `step` is `null` for the one in the background. */
  z.strictObject({ kind: z.literal('look'), ...subject, step: z.string().nullable(), run: z.int(), look: z.int(),
    /** The second in which the first look's window begins. */
    startSecond: z.int(),
    /** Where the look came late, because nobody was there to take it: until when it waits for samples that were kept meanwhile. */
    closesAtSecond: z.int().optional() }),
  /** A freeze that held a deployment should be over. */
  z.strictObject({ kind: z.literal('freeze-over'), ...subject }),
  /** The old side of a succeeded deployment has stayed long enough. */
  z.strictObject({ kind: z.literal('cleanup'), ...subject }),
]);

export type TimerPayload = z.infer<typeof timerPayload>;

/** Timed work that repeats: rate in minutes. On AWS rules of EventBridge Scheduler, in one process timers. */
export const schedules = [
  { name: 'sweep', everyMinutes: 1, description: 'compares what should be with what is, repairs or reports' },
  { name: 'expire', everyMinutes: 10, description: 'removes expired idempotency records, tickets, samples and connections' },
] as const satisfies readonly { readonly name: string; readonly everyMinutes: number; readonly description: string }[];

export type ScheduleName = (typeof schedules)[number]['name'];
