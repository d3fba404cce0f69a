import { CALL_SECONDS } from '#contracts/functions';
import type { MachineTask, TokenTask, NextStep } from '#contracts/functions';
import type { Catcher, Retrier, State, States } from '#stepfunctions/language';

/** A step kind of the strategy: the state that carries it out, and what it does there. */
export type StepState = { readonly kind: NextStep['kind']; readonly name: string; readonly comment: string; readonly does: 'change' | 'quiet change' | 'wait' };

/**
 * Calls are tried again after 1, 2, 4, 8, 16, 30, 30, 30 s (8 attempts, about two minutes, with full jitter): longer than a
 * function's cold start, a throttle or a short outage of a table; after that the machine goes to its rollback branch. A wait's
 * time-out is not tried again: it is the step's deadline.
 */
const RETRY_OF_WAIT: readonly Retrier[] = [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 8, MaxDelaySeconds: 30, JitterStrategy: 'FULL' }];

/** A call that was lost is made again as well: with 60 s for each, at most 9 minutes and the two of the delays. */
const RETRY_OF_CALL: readonly Retrier[] = [{ ErrorEquals: ['States.TaskFailed', 'States.Timeout'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 8, MaxDelaySeconds: 30, JitterStrategy: 'FULL' }];

/**
 * On the way back a call is tried 60 times with at most 60 s in between: about an hour. What is then left is started again by the
 * sweep as the machine `recover`.
 */
const PERSISTENT_RETRY: readonly Retrier[] = [{ ErrorEquals: ['States.TaskFailed', 'States.Timeout'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 60, MaxDelaySeconds: 60, JitterStrategy: 'FULL' }];

/** A rollback's step is repeated after 5, 10, 20 … 300 s, without end, until it succeeds or an admin abandons the deployment. */
const FIRST_REPEAT_SECONDS = 5;
const LONGEST_REPEAT_SECONDS = 300;

const TO_ROLLBACK: readonly Catcher[] = [{ ErrorEquals: ['States.ALL'], Assign: { error: '{% $states.errorOutput.Error %}' }, Next: 'Begin rollback' }];

const SUBJECT = { tenant: '{% $tenant %}', deployment: '{% $deployment %}' } as const;

/** The first state of every machine: keeps who the execution is about. */
export function remember(next: string): State {
  return {
    Type: 'Pass', Comment: 'Keeps whose deployment this is; the machine carries ids, never plans.',
    Assign: { tenant: '{% $states.input.tenant %}', deployment: '{% $states.input.deployment %}', error: null, repeatSeconds: FIRST_REPEAT_SECONDS }, Next: next,
  };
}

/** Runs all checks before anything is changed. */
export function validate(): States {
  return {
    Validate: { ...call('validate-deployment', 'All checks before; nothing is changed yet.'), Catch: TO_ROLLBACK, Next: 'Valid' },
    Valid: { Type: 'Choice', Choices: [{ Condition: "{% $states.input.outcome = 'continue' %}", Next: 'Next step' }], Default: 'Begin rollback' },
  };
}

/** Walks the plan's steps, each in the state of its kind, until none is left or the deployment must go back. */
export function walk(steps: readonly StepState[]): States {
  const gated = steps.filter((one) => one.does === 'change');
  return {
    'Next step': {
      ...call('next-step', 'Asks the domain what comes next in the plan.'), Catch: TO_ROLLBACK,
      Assign: { step: '{% $states.result.Payload.step %}', kind: '{% $states.result.Payload.kind %}', stepSeconds: '{% $states.result.Payload.timeoutSeconds %}' }, Next: 'What next',
    },
    'What next': {
      Type: 'Choice',
      Choices: [
        ...(gated.length > 0 ? [{ Condition: `{% ${gated.map((one) => `$kind = '${one.kind}'`).join(' or ')} %}`, Next: 'Gate' }] : []),
        ...steps.filter((one) => one.does !== 'change').map((one) => ({ Condition: `{% $kind = '${one.kind}' %}`, Next: one.name })),
        { Condition: "{% $kind = 'conclude' %}", Next: 'Conclude' },
      ],
      Default: 'Begin rollback',
    },
    ...(gated.length > 0 ? gate(gated) : {}),
    ...Object.fromEntries(steps.map((one) => [one.name, wait(one)])),
    'Step ended': { Type: 'Choice', Choices: [{ Condition: "{% $states.input.outcome = 'continue' or $states.input.outcome = 'hold' %}", Next: 'Next step' }], Default: 'Begin rollback' },
  };
}

function gate(gated: readonly StepState[]): States {
  return {
    Gate: { ...waitFor('enter-gate', 'Pauses, freezes and policies hold here, before each change of traffic.'), Catch: TO_ROLLBACK, Next: 'Gate passed' },
    'Gate passed': {
      Type: 'Choice',
      Choices: [{ Condition: "{% $states.input.outcome != 'continue' %}", Next: 'Begin rollback' }, ...gated.map((one) => ({ Condition: `{% $kind = '${one.kind}' %}`, Next: one.name }))],
      Default: 'Begin rollback',
    },
  };
}

function wait(step: StepState): State {
  return { ...waitFor(step.does === 'wait' ? 'start-wait' : 'dispatch-step', step.comment), Catch: TO_ROLLBACK, Next: 'Step ended' };
}

/** The way back, the same in every machine and alone in `recover`; ends in the terminal event. */
export function rollBackAndConclude(): States {
  return {
    'Begin rollback': {
      ...call('begin-rollback', 'Decides what must be restored; a rollback is always possible and always this way.', { error: '{% $error %}' }), Retry: PERSISTENT_RETRY, Next: 'Next restoring step',
    },
    'Next restoring step': {
      ...call('next-step', 'Asks the domain what is still to be restored.'), Retry: PERSISTENT_RETRY,
      Assign: { step: '{% $states.result.Payload.step %}', kind: '{% $states.result.Payload.kind %}', stepSeconds: '{% $states.result.Payload.timeoutSeconds %}' }, Next: 'Restored',
    },
    Restored: { Type: 'Choice', Choices: [{ Condition: "{% $kind = 'restore' %}", Next: 'Restore stable' }], Default: 'Conclude' },
    'Restore stable': {
      ...waitFor('dispatch-step', 'The last stable release takes all traffic again.'),
      Catch: [{ ErrorEquals: ['States.ALL'], Output: { outcome: 'retry' }, Next: 'Restoring ended' }], Next: 'Restoring ended',
    },
    'Restoring ended': {
      Type: 'Choice', Comment: 'What succeeded lets the next step begin its repetitions anew.',
      Choices: [
        { Condition: `{% $states.input.outcome = 'retry' and $repeatSeconds > ${LONGEST_REPEAT_SECONDS} %}`, Assign: { repeatSeconds: LONGEST_REPEAT_SECONDS }, Next: 'Wait before repeating' },
        { Condition: "{% $states.input.outcome = 'retry' %}", Next: 'Wait before repeating' },
      ],
      Assign: { repeatSeconds: FIRST_REPEAT_SECONDS }, Default: 'Next restoring step',
    },
    'Wait before repeating': {
      Type: 'Wait', Comment: 'While traffic is unsettled it is tried again and again.', Seconds: '{% $repeatSeconds %}',
      Assign: { repeatSeconds: '{% $repeatSeconds * 2 %}' }, Next: 'Next restoring step',
    },
    Conclude: { ...call('conclude-deployment', 'Writes the terminal event.'), Retry: PERSISTENT_RETRY, Next: 'Ended' },
    Ended: { Type: 'Choice', Comment: 'An abort in the last moment still leads back.', Choices: [{ Condition: '{% $states.input.ended %}', Next: 'Concluded' }], Default: 'Begin rollback' },
    Concluded: { Type: 'Succeed' },
  };
}

/** The name by which a machine's definition names a function; each engine puts its own in its place. */
export function functionReference(task: MachineTask): string {
  return `\${${task.replaceAll('-', '_')}}`;
}

function call(task: MachineTask, comment: string, more: { readonly [name: string]: string } = {}) {
  return {
    Type: 'Task', Comment: comment, Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: functionReference(task), Payload: { ...SUBJECT, ...more } },
    Output: '{% $states.result.Payload %}', TimeoutSeconds: CALL_SECONDS, Retry: RETRY_OF_CALL,
  } as const;
}

function waitFor(task: TokenTask, comment: string) {
  const seconds = task === 'enter-gate' ? LONGEST_GATE_SECONDS : '{% $stepSeconds %}';
  return {
    Type: 'Task', Comment: comment, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: functionReference(task), Payload: { ...SUBJECT, step: '{% $step %}', token: '{% $states.context.Task.Token %}' } },
    Output: '{% $states.result %}', TimeoutSeconds: seconds, Retry: RETRY_OF_WAIT,
  } as const;
}

/** A gate may hold for nearly the year that a Standard execution may last (31,536,000 s). */
const LONGEST_GATE_SECONDS = 31_000_000;

/** The longest an execution may last, in seconds, just under the service's own limit of a year. */
export const LONGEST_EXECUTION_SECONDS = 31_500_000;
