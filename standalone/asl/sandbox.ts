import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script, constants, createContext, type Context } from 'node:vm';

import { z } from 'zod';

import { boundedExpression, type BoundedExpression } from './bounded-expression.ts';
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

type Sandbox = { readonly context: Context; random: () => number };

/** What an evaluation is given, as JSON text. */
type Job = { readonly expressions: readonly string[]; readonly bindings?: ExpressionContext['bindings']; readonly limits?: typeof LIMITS; readonly now?: number };

/** What an evaluation leaves, as JSON text: an answer for each expression. */
const answersSchema = z.array(z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('value'), value: z.unknown() }),
  z.object({ outcome: z.literal('undefined') }),
  z.object({ outcome: z.literal('unsupported') }),
  z.object({ outcome: z.literal('failed'), code: z.string().optional(), message: z.string() }),
]));

const argumentsSchema = z.array(z.unknown());

const library = new Script(readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8'), { filename: 'jsonata.js' });
const harness = new Script(SANDBOX_SCRIPT, { filename: 'sandbox-script.js' });
const evaluateScript = new Script('evaluate()');
const parseScript = new Script('parse()');

let current: Sandbox | undefined;

/**
 * Evaluates a JSONata expression (the text between `{%` and `%}`), without a context item, as Step Functions does. It runs
 * in a realm of its own, where neither endless recursion nor a regular expression that never ends outlasts its time, and
 * without the means to reach this process: no globals of ours, no code from text, and nothing but text crosses the border,
 * so that no expression changes what it is given. It never throws.
 */
export function evaluateExpression(expression: string, context: ExpressionContext): ExpressionResult {
  const bounded = boundedBy(expression);
  if (bounded !== undefined) return firstOf(evaluateBounded([[expression, bounded]], context));
  const { bindings, now, availableMillis = EXPRESSION_MILLIS } = context;
  const millis = Math.max(1, Math.min(EXPRESSION_MILLIS, Math.ceil(availableMillis)));
  return firstOf(run(evaluateScript, { job: { expressions: [expression], bindings, limits: LIMITS, now }, random: context.random, millis }));
}

/**
 * Evaluates those of some expressions that are known to end, all at once, each as if it stood alone; the others are not in the answer. It spares
 * most of the time of evaluating them one after the other, which goes into handing over what they see.
 */
export function evaluateTogether(expressions: readonly string[], context: ExpressionContext): ReadonlyMap<string, ExpressionResult> {
  const known = [...new Set(expressions)].flatMap((expression) => {
    const bounded = boundedBy(expression);
    return bounded === undefined ? [] : [[expression, bounded] as const];
  });
  const results = known.length === 0 ? [] : evaluateBounded(known, context);
  return new Map(known.map(([expression], index) => [expression, results[index] ?? NO_ANSWER]));
}

function evaluateBounded(known: readonly (readonly [expression: string, bounded: BoundedExpression])[], { bindings, now, random }: ExpressionContext): readonly ExpressionResult[] {
  const names = new Set(known.flatMap(([, { variables }]) => variables));
  const seen = Object.fromEntries([...names].filter((name) => Object.hasOwn(bindings, name)).map((name) => [name, bindings[name]]));
  return run(evaluateScript, { job: { expressions: known.map(([expression]) => expression), bindings: seen, limits: LIMITS, now }, random });
}

/** Expressions whose bounds are known: more than all our machines have together. */
const REMEMBERED_EXPRESSIONS = 1000;

const remembered = new Map<string, BoundedExpression | undefined>();

/** What is known of an expression that ends by itself; it needs no time-out, for which Node starts a thread each time: a hundred times the work of such an expression. */
function boundedBy(expression: string): BoundedExpression | undefined {
  if (remembered.has(expression)) return remembered.get(expression);
  const tree = parseExpression(expression);
  const bounded = tree.outcome === 'value' ? boundedExpression(tree.value) : undefined;
  if (remembered.size >= REMEMBERED_EXPRESSIONS) remembered.clear();
  remembered.set(expression, bounded);
  return bounded;
}

/** Parses a JSONata expression: its syntax tree, or the parser's message. Bounded as an evaluation is. */
export function parseExpression(expression: string): ExpressionResult {
  return firstOf(run(parseScript, { job: { expressions: [expression] }, random: () => 0, millis: EXPRESSION_MILLIS }));
}

function createSandbox(): Sandbox {
  // Its own queue of promises is what makes the time-out hold for asynchronous code, which all of JSONata is.
  const context = createContext(constants.DONT_CONTEXTIFY, { microtaskMode: 'afterEvaluate', codeGeneration: { strings: false, wasm: false } });
  const sandbox: Sandbox = { context, random: () => 0 };
  const functions = hostFunctions(() => sandbox.random());
  const signatures = Object.fromEntries(Object.entries(functions).map(([name, { signature }]) => [name, signature]));
  library.runInContext(context);
  const handOver: unknown = harness.runInContext(context);
  if (typeof handOver !== 'function') throw new Error('the script of the sandbox is no function');
  Reflect.apply(handOver, undefined, [(name: string, given: string) => callHost(functions, name, given), () => sandbox.random(), JSON.stringify(signatures)]);
  return sandbox;
}

/** Calls one of the host's functions for the sandbox; what it throws becomes text too, for an error of this realm must not get there. */
function callHost(functions: HostFunctions, name: string, given: string): string {
  try {
    return JSON.stringify({ value: functions[name]?.call(...argumentsSchema.parse(JSON.parse(given))) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    return JSON.stringify({ fault: { code, message: error instanceof Error ? error.message : String(error) } });
  }
}

const NO_ANSWER: ExpressionResult = { outcome: 'failed', message: 'the evaluation ended without an answer' };

function firstOf([result = NO_ANSWER]: readonly ExpressionResult[]): ExpressionResult {
  return result;
}

/** Without `millis` it is known that the script ends. */
function run(script: Script, { job, random, millis }: { readonly job: Job; readonly random: () => number; readonly millis?: number }): readonly ExpressionResult[] {
  const sandbox = (current ??= createSandbox());
  sandbox.random = random;
  Reflect.set(sandbox.context, 'job', JSON.stringify(job));
  Reflect.set(sandbox.context, 'answer', undefined);
  try {
    script.runInContext(sandbox.context, millis === undefined ? {} : { timeout: millis });
  } catch (error) {
    // A sandbox that was stopped in the middle may hold half-done work, so the next expression gets a new one.
    current = undefined;
    return [{ outcome: 'failed', ...stopReason(error) }];
  }
  const answer: unknown = Reflect.get(sandbox.context, 'answer');
  return typeof answer === 'string' ? answersSchema.parse(JSON.parse(answer)).map(toResult) : [];
}

function stopReason(error: unknown): { readonly code: string; readonly message: string } {
  // The error comes from another realm, so it is no instance of our Error.
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return { code: 'D1012', message: 'Evaluation timeout' };
  return { code: 'D1011', message: String(error) };
}

function toResult(answer: z.infer<typeof answersSchema>[number]): ExpressionResult {
  if (answer.outcome !== 'failed') return answer;
  return { outcome: 'failed', message: answer.message, ...(answer.code === undefined ? {} : { code: answer.code }) };
}
