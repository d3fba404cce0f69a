import * as z from 'zod';

import { deploymentId } from '#domain/deployment/events';
import { resourceName } from '#domain/resources/names';

const subject = z.strictObject({ tenant: resourceName, deployment: deploymentId });
const subjectWithToken = z.strictObject({ ...subject.shape, step: z.string().max(64), token: z.string().max(2048) });

/** How a wait ended, as a machine's Choice reads it. */
export const waitOutcome = z.strictObject({ outcome: z.enum(['continue', 'hold', 'rollBack', 'retry', 'conclude']), reason: z.string() });

/** What a machine does next, as `next-step` tells it. */
export const nextStep = z.strictObject({
  /** The step's kind, `rollBack` (leave the forward steps), or `conclude` (no step is left). */
  kind: z.enum(['prepare', 'shift', 'replace', 'switch', 'workers', 'promote', 'retire', 'verify', 'bake', 'pause', 'analyse', 'approve', 'restore', 'rollBack', 'conclude']),
  step: z.string(),
  /** How long the machine waits for the step at the most. */
  timeoutSeconds: z.int().min(1),
  reason: z.string(),
});

/**
 * The tasks that state machines call: input and result. A name here is the name of a function in `functions/` on AWS and of the same use case
 * in process. A task with a `token` in its input answers by that token (`waitForTaskToken`), with `result`.
 */
export const machineTasks = {
  'validate-deployment': { input: subject, result: waitOutcome },
  'next-step': { input: subject, result: nextStep },
  'enter-gate': { input: subjectWithToken, result: waitOutcome },
  'dispatch-step': { input: subjectWithToken, result: waitOutcome },
  'start-wait': { input: subjectWithToken, result: waitOutcome },
  'begin-rollback': { input: z.strictObject({ ...subject.shape, error: z.string().nullable() }), result: z.strictObject({ steps: z.int() }) },
  'conclude-deployment': { input: subject, result: z.strictObject({ state: z.string(), ended: z.boolean() }) },
} as const;

/** How long a machine waits for a call that answers by itself, in seconds. */
export const CALL_SECONDS = 60;

export type MachineTask = keyof typeof machineTasks;
export type NextStep = z.infer<typeof nextStep>;

/** The tasks that wait for a token. */
export type TokenTask = { [Task in MachineTask]: z.infer<(typeof machineTasks)[Task]['input']> extends { token: string } ? Task : never }[MachineTask];

/** The state machines: one per strategy, and the rollback alone. */
export const machineName = z.enum(['canary', 'blue-green', 'rolling', 'recreate', 'recover']);
export type MachineName = z.infer<typeof machineName>;
