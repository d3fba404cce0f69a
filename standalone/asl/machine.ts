import { z } from 'zod';

import type { Json, JsonObject } from '#stepfunctions/language';

import { expressionIn } from './evaluate.ts';
import { isJsonObject } from './json.ts';
import { parseTimestamp } from './timestamps.ts';

/** The greatest number of seconds that AWS takes anywhere: three years and some days. */
export const MAXIMUM_SECONDS = 99_999_999;

const json = z.custom<Json>();
const name = z.string().min(1).max(80);
const comment = z.string().optional();
const assign = z.custom<JsonObject>(isJsonObject, 'Expected value of type [OBJECT]').optional();
const shaping = { Comment: comment, QueryLanguage: z.enum(['JSONPath', 'JSONata']).optional(), Output: json.optional(), Assign: assign };
const flow = { Next: name.optional(), End: z.boolean().optional() };

/** A whole number written out, or an expression that will give one. */
function wholeNumber(minimum: number, maximum: number) {
  return orExpression(z.number()).superRefine((value, context) => {
    const fault = typeof value === 'number' ? rangeFault(value, minimum, maximum) : undefined;
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });
}

/** A literal of one type, or an expression: other texts are refused. */
function orExpression<Literal extends z.ZodType>(literal: Literal) {
  return z.union([literal, z.string()]).superRefine((value, context) => {
    if (typeof value !== 'string' || expressionIn(value) !== undefined) return;
    context.addIssue({ code: 'custom', message: 'String is not a JSONata expression' });
  });
}

function rangeFault(value: number, minimum: number, maximum: number): string | undefined {
  if (!Number.isInteger(value)) return 'Expected value of type [INTEGER]';
  if (value < minimum) return `Minimum value is ${minimum}`;
  return value > maximum ? `Maximum value is ${maximum}` : undefined;
}

const errorEquals = z.array(z.string()).min(1);

/** How often and how long after a failure a state is tried again, with AWS's defaults left open. */
const retrier = z.strictObject({
  ErrorEquals: errorEquals,
  Comment: comment,
  IntervalSeconds: z.number().int().min(0).max(MAXIMUM_SECONDS).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxAttempts: z.number().int().min(0).max(MAXIMUM_SECONDS).optional(),
  MaxDelaySeconds: z.number().int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});

const catcher = z.strictObject({ ErrorEquals: errorEquals, Next: name, Comment: comment, Output: json.optional(), Assign: assign });
const guarded = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string().min(1),
  Arguments: json.optional(),
  Credentials: z.custom<JsonObject>(isJsonObject, 'Expected value of type [OBJECT]').optional(),
  TimeoutSeconds: wholeNumber(1, MAXIMUM_SECONDS).optional(),
  HeartbeatSeconds: wholeNumber(1, MAXIMUM_SECONDS).optional(),
  ...shaping,
  ...flow,
  ...guarded,
});

const rule = z.strictObject({
  Condition: orExpression(z.boolean()),
  Next: name,
  Comment: comment,
  Output: json.optional(),
  Assign: assign,
});

const choice = z.strictObject({ Type: z.literal('Choice'), Choices: z.array(rule).min(1), Default: name.optional(), ...shaping });

const timestamp = z.string().superRefine((text, context) => {
  if (expressionIn(text) !== undefined || parseTimestamp(text) !== undefined) return;
  context.addIssue({ code: 'custom', message: 'String does not match RFC3339 timestamp' });
});

const wait = z.strictObject({
  Type: z.literal('Wait'),
  Seconds: wholeNumber(0, MAXIMUM_SECONDS).optional(),
  Timestamp: timestamp.optional(),
  ...shaping,
  ...flow,
});

const pass = z.strictObject({ Type: z.literal('Pass'), ...shaping, ...flow });
const succeed = z.strictObject({ Type: z.literal('Succeed'), Comment: comment, QueryLanguage: shaping.QueryLanguage, Output: json.optional() });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  Comment: comment,
  QueryLanguage: shaping.QueryLanguage,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

const branch = z.strictObject({
  get States() {
    return states;
  },
  StartAt: name,
  Comment: comment,
});

const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  get Branches() {
    return z.array(branch).min(1);
  },
  Arguments: json.optional(),
  ...shaping,
  ...flow,
  ...guarded,
});

const itemProcessor = z.strictObject({
  get States() {
    return states;
  },
  StartAt: name,
  Comment: comment,
  ProcessorConfig: z.strictObject({ Mode: z.enum(['INLINE', 'DISTRIBUTED']).optional(), ExecutionType: z.enum(['STANDARD', 'EXPRESS']).optional() }).optional(),
});

const map = z.strictObject({
  Type: z.literal('Map'),
  get ItemProcessor() {
    return itemProcessor;
  },
  Items: orExpression(z.array(json)).optional(),
  ItemSelector: json.optional(),
  MaxConcurrency: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  ToleratedFailureCount: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  ToleratedFailurePercentage: orExpression(z.number().min(0).max(100)).optional(),
  Label: z.string().max(40).optional(),
  ...shaping,
  ...flow,
  ...guarded,
});

/** The states of a machine, a branch or an item processor, by name. */
const states: z.ZodType<States> = z.lazy(() => z.record(name, z.discriminatedUnion('Type', [pass, task, choice, wait, succeed, fail, parallel, map])));

/** A whole machine in JSONata mode, as far as fields and their forms go. What hangs together is checked apart. */
export const machineSchema = z.strictObject({
  States: states,
  StartAt: name,
  Comment: comment,
  Version: z.string().optional(),
  QueryLanguage: shaping.QueryLanguage,
  TimeoutSeconds: z.number().int().min(1).max(MAXIMUM_SECONDS).optional(),
});

export type TaskState = z.infer<typeof task>;
export type ChoiceState = z.infer<typeof choice>;
export type WaitState = z.infer<typeof wait>;
export type PassState = z.infer<typeof pass>;
export type SucceedState = z.infer<typeof succeed>;
export type FailState = z.infer<typeof fail>;
export type Retrier = z.infer<typeof retrier>;
export type Catcher = z.infer<typeof catcher>;
type Block = { StartAt: string; Comment?: string | undefined; States: States };
export type ParallelState = Omit<z.infer<typeof parallel>, 'Branches'> & { Branches: Block[] };
export type MapState = Omit<z.infer<typeof map>, 'ItemProcessor'> & { ItemProcessor: Block & Pick<z.infer<typeof itemProcessor>, 'ProcessorConfig'> };
export type State = TaskState | ChoiceState | WaitState | PassState | SucceedState | FailState | ParallelState | MapState;
export type States = { [name: string]: State };

/** A machine that was checked: `parseMachine` is the only source of one. */
export type Machine = z.infer<typeof machineSchema>;
