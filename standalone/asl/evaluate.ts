import type { Json, JsonObject } from '#stepfunctions/language';

import { evaluationFailure } from './failure.ts';
import { isJsonObject, jsonTypeOf, readJson } from './json.ts';
import { evaluateExpression, evaluateTogether, type ExpressionContext, type ExpressionResult } from './sandbox.ts';

/** What the expressions of a field can see. */
export type Scope = Omit<ExpressionContext, 'bindings'> & {
  /** `$states`: the input and the context object, and where they exist the result and the error output. */
  readonly states: JsonObject;
  /** The variables of this scope and of those around it, by name. */
  readonly variables: JsonObject;
};

/** Reads the JSONata text of a string, or undefined when it is a literal. Blanks around the marks make it one. */
export function expressionIn(text: string): string | undefined {
  const marked = text.length >= 4 && text.startsWith('{%') && text.endsWith('%}');
  return marked ? text.slice(2, -2).trim() : undefined;
}

/**
 * Evaluates a field: every string in it that is an expression, at any depth. `location` names the field within the state
 * (`Output`); below it, keys are added as `/key` and indices as `[0]`. An expression that gives nothing is an error and
 * never a missing key. Throws StateFailure with States.QueryEvaluationError and AWS's wording.
 */
export function evaluateField(template: Json, location: string, scope: Scope): Json {
  const expressions = expressionsIn(template);
  if (expressions.length === 0) return template;
  const { states, variables, ...source } = scope;
  const context = { ...source, bindings: { ...variables, states } };
  const known = evaluateTogether(expressions, context);
  return fill(template, location, (expression) => known.get(expression) ?? evaluateExpression(expression, context));
}

/** All expressions of a field, in the order in which they are evaluated. */
function expressionsIn(template: Json): readonly string[] {
  if (typeof template === 'string') {
    const expression = expressionIn(template);
    return expression === undefined ? [] : [expression];
  }
  return typeof template === 'object' && template !== null ? Object.values(template).flatMap(expressionsIn) : [];
}

/** Puts values into the places of expressions. */
function fill(template: Json, location: string, resultOf: (expression: string) => ExpressionResult): Json {
  if (typeof template === 'string') {
    const expression = expressionIn(template);
    return expression === undefined ? template : valueOf(resultOf(expression), expression, location);
  }
  if (Array.isArray(template)) return template.map((item, index) => fill(item, `${location}[${index}]`, resultOf));
  if (isJsonObject(template)) return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fill(item, `${location}/${key}`, resultOf)]));
  return template;
}

/** Evaluates a field that must have a value of one type. */
export function evaluateTyped(template: Json, field: TypedField, scope: Scope): Json {
  const value = evaluateField(template, field.location, scope);
  if (jsonTypeOf(value) === field.type) return value;
  const subject = describeField(template, field.location);
  const found = `Expected '${field.type}', but was '${jsonTypeOf(value)}' for value: ${JSON.stringify(value)}`;
  throw evaluationFailure(`${subject} returned an unexpected result type. ${found}`, field.location);
}

/** A field's place in its state and the type its value must have. */
export type TypedField = { readonly location: string; readonly type: 'array' | 'string' | 'number' | 'boolean' };

/** Evaluates a field that must be a whole number within bounds. */
export function evaluateInteger(template: Json, field: { readonly location: string; readonly minimum: number; readonly maximum: number }, scope: Scope): number {
  const value = evaluateTyped(template, { location: field.location, type: 'number' }, scope);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw evaluationFailure(`The ${field.location} field cannot be parsed as an integer: ${String(value)}`, field.location);
  }
  if (value < field.minimum || value > field.maximum) {
    throw evaluationFailure(`${field.location} must be between ${field.minimum} and ${field.maximum} but was: ${value}`, field.location);
  }
  return value;
}

/** Evaluates a field that must be a text. */
export function evaluateText(template: string, location: string, scope: Scope): string {
  return String(evaluateTyped(template, { location, type: 'string' }, scope));
}

function valueOf(result: ExpressionResult, expression: string, location: string): Json {
  const subject = `The JSONata expression '${expression}' specified for the field '${location}'`;
  if (result.outcome !== 'value') throw evaluationFailure(`${subject} ${complaintOf(result)}`, location);
  const read = readJson(result.value);
  if (read.fault !== undefined) throw evaluationFailure(`${subject} returned a value that ${read.fault}.`, location);
  return read.json;
}

function complaintOf(result: Exclude<ExpressionResult, { readonly outcome: 'value' }>): string {
  switch (result.outcome) {
    case 'undefined':
      return 'returned nothing (undefined).';
    case 'unsupported':
      return 'returned an unsupported result type.';
    case 'failed':
      return `threw an error during evaluation${endingOf(result.code, result.message)}`;
  }
}

/** Step Functions words the breaking of its own bounds after a colon, and JSONata's errors after a full stop, with their code. */
function endingOf(code: string | undefined, message: string): string {
  switch (code) {
    case 'D1011':
      return ': Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. Depth=101 max=100';
    case 'D1012':
      return ': Expression evaluation timeout: Check for infinite loop';
    case 'D2014':
    case 'D2015':
      return ': Expression evaluation memory limit exceeded: Check for excessive memory usage';
    case undefined:
      return `: ${message}`;
    default:
      return `. ${code}: ${message}`;
  }
}

function describeField(template: Json, location: string): string {
  const expression = typeof template === 'string' ? expressionIn(template) : undefined;
  return expression === undefined ? `The value specified for the field '${location}'` : `The JSONata expression '${expression}' specified for the field '${location}'`;
}
