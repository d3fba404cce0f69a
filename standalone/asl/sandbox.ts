import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script, createContext, type Context } from 'node:vm';

import { z } from 'zod';

import { hostFunctions, type HostFunctions } from './functions.ts';
import { SANDBOX_SCRIPT } from './sandbox-script.ts';

/**
 * How long one expression may run. The slowest expression that Step Functions itself accepts (a sequence of its greatest
 * size) takes about 0.1 s, so twenty times that is a fault of the expression, or of a machine at a standstill.
 */
const EXPRESSION_MILLIS = 2_000;

/** Step Functions' own bounds, measured: 100 levels of evaluation and sequences of 873,782 items. */
const LIMITS = { stack: 100, sequence: 873_782 } as const;

/** Where an expression's time, chance and data come from. */
export type ExpressionContext = {
  /** What `$now()` and `$millis()` tell, in milliseconds since 1970. */
  readonly now: number;
  /** A number from 0 up to 1, behind `$random()`, `$shuffle()` and `$uuid()`. */
  readonly random: () => number;
  /** The variables by name, without their dollar sign. */
  readonly bindings: { readonly [name: string]: unknown };
  /** At most this many milliseconds, where that is less than the bound of one expression. */
  readonly availableMillis?: number;
};

/** What an expression gives. `undefined` is JSONata's word for nothing; `unsupported` is a function or an expression that was refused. */
export type ExpressionResult =
  | { readonly outcome: 'value'; readonly value: unknown }
  | { readonly outcome: 'undefined' }
  | { readonly outcome: 'unsupported' }
  | { readonly outcome: 'failed'; readonly code?: string; readonly message: string };

type Sandbox = { readonly context: Context; readonly host: { now: number; random: () => number; readonly functions: HostFunctions } };

type Job = {
  readonly expression: string;
  readonly bindings?: { readonly [name: string]: unknown };
  readonly limits?: typeof LIMITS;
};

const answerSchema = z.object({
  outcome: z.enum(['value', 'unsupported', 'failed']).optional(),
  text: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

const library = new Script(readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8'), { filename: 'jsonata.js' });
const harness = new Script(SANDBOX_SCRIPT, { filename: 'sandbox-script.js' });
const evaluateScript = new Script('evaluate()');
const parseScript = new Script('parse()');

let current: Sandbox | undefined;

/**
 * Evaluates a JSONata expression (the text between `{%` and `%}`), without a context item, as Step Functions does. It runs
 * in a realm of its own, where neither endless recursion nor a regular expression that never ends outlasts its time, and
 * without the means to reach this process: no globals of ours, no code from text. It never throws.
 */
export function evaluateExpression(expression: string, context: ExpressionContext): ExpressionResult {
  const sandbox = (current ??= createSandbox());
  sandbox.host.now = context.now;
  sandbox.host.random = context.random;
  const job: Job = { expression, bindings: context.bindings, limits: LIMITS };
  const millis = Math.max(1, Math.min(EXPRESSION_MILLIS, Math.ceil(context.availableMillis ?? EXPRESSION_MILLIS)));
  return run(sandbox, evaluateScript, { job, millis });
}

/** Parses a JSONata expression: its syntax tree, or the parser's message. Bounded as an evaluation is. */
export function parseExpression(expression: string): ExpressionResult {
  return run((current ??= createSandbox()), parseScript, { job: { expression }, millis: EXPRESSION_MILLIS });
}

function createSandbox(): Sandbox {
  const host: Sandbox['host'] = { now: 0, random: () => 0, functions: hostFunctions(() => host.random()) };
  // Its own queue of promises is what makes the time-out hold for asynchronous code, which all of JSONata is.
  const context = createContext({ host, job: undefined }, { microtaskMode: 'afterEvaluate', codeGeneration: { strings: false, wasm: false } });
  library.runInContext(context);
  harness.runInContext(context);
  return { context, host };
}

function run(sandbox: Sandbox, script: Script, { job, millis }: { readonly job: Job; readonly millis: number }): ExpressionResult {
  Reflect.set(sandbox.context, 'job', job);
  try {
    script.runInContext(sandbox.context, { timeout: millis });
  } catch (error) {
    // A sandbox that was stopped in the middle may hold half-done work, so the next expression gets a new one.
    current = undefined;
    return { outcome: 'failed', ...stopReason(error) };
  }
  return toResult(answerSchema.parse(job));
}

function stopReason(error: unknown): { readonly code: string; readonly message: string } {
  // The error comes from another realm, so it is no instance of our Error.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return { code: 'D1012', message: 'Evaluation timeout' };
  return { code: 'D1011', message: String(error) };
}

function toResult(answer: z.infer<typeof answerSchema>): ExpressionResult {
  switch (answer.outcome) {
    case 'value':
      return answer.text === undefined ? { outcome: 'undefined' } : { outcome: 'value', value: JSON.parse(answer.text) };
    case 'unsupported':
      return { outcome: 'unsupported' };
    case 'failed':
      return { outcome: 'failed', message: answer.message ?? '', ...(answer.code === undefined ? {} : { code: answer.code }) };
    case undefined:
      return { outcome: 'failed', message: 'the evaluation ended without an answer' };
  }
}
