import { describe, expect, test } from 'vitest';

import { evaluateExpression } from '#standalone/asl/sandbox';
import { endOf, evaluationError, historyOf, machineOf, outputOf, run } from './running.ts';

const succeeded = (output: unknown) => ({ status: 'SUCCEEDED', output });
const expressionError = (expression: string, ending: string) => evaluationError(`The JSONata expression '${expression}' specified for the field 'Output' ${ending}`);

describe('values in fields', () => {
  test('a text is an expression only as a whole, and keys never are', () => {
    const literals = [' {% 1 %}', '{% 1 %} ', '{%1', '1 %}', '{%}', '$states.input', '$.x', { 'a.$': '$.x', '{% 1 %}': 1 }];
    expect(outputOf(literals)).toEqual(succeeded(literals));
    expect(outputOf(['{%1%}', '{%\n 1 + 1 %}'])).toEqual(succeeded([1, 2]));
  });

  test('an output may be any JSON value, null too', () => {
    for (const value of [null, 0, false, '', [], {}, [null]]) expect(outputOf(value)).toEqual(succeeded(value));
    expect(outputOf('{% null %}')).toEqual(succeeded(null));
  });

  test('an expression that gives nothing fails the state, and its field is named by its path', () => {
    const cause = (field: string) => evaluationError(`The JSONata expression '$states.input.no' specified for the field '${field}' returned nothing (undefined).`);
    expect(outputOf('{% $states.input.no %}')).toEqual(cause('Output'));
    expect(outputOf({ a: { b: [1, [2, '{% $states.input.no %}']] } })).toEqual(cause('Output/a/b[1][1]'));
  });

  test('the location of a failed evaluation is in the history', () => {
    const result = run(machineOf({ Only: { Type: 'Pass', Assign: { a: { b: '{% $no %}' } }, End: true } }));
    expect(historyOf(result)).toContainEqual(expect.objectContaining({ type: 'EvaluationFailed', state: 'Only', error: 'States.QueryEvaluationError', location: 'Assign/a/b' }));
  });

  test('a function is no value', () => {
    for (const expression of ['$sum', 'function($x){ $x }', '[1, $sum]']) {
      expect(outputOf(`{% ${expression} %}`)).toEqual(expressionError(expression, 'returned an unsupported result type.'));
    }
  });

  test('a number that JSON has no word for is a text', () => {
    expect(outputOf('{% [1/0, 0/0] %}')).toEqual(succeeded(['Infinity', 'NaN']));
  });
});

describe('errors of expressions', () => {
  test.each([
    ['1 + "a"', '. T2002: The right side of the "+" operator must evaluate to a number'],
    ['$sum(["a"])', '. T0412: Argument 1 of function "sum" must be an array of "numbers"'],
    ['$abs("a")', '. T0410: Argument 1 of function "abs" does not match function signature'],
    ['$eval("1+1")', '. T1006: Attempted to invoke a non-function'],
    ['$number("a")', '. D3030: Unable to cast value to a number: "a"'],
  ])('%s fails with the code and the text of JSONata', (expression, ending) => {
    expect(outputOf(`{% ${expression} %}`)).toEqual(expressionError(expression, `threw an error during evaluation${ending}`));
  });

  test('a picture without a digit is no picture of a number', () => {
    expect(outputOf('{% $formatNumber(1, "x") %}')).toMatchObject({ error: 'States.QueryEvaluationError', cause: expect.stringContaining('D3086') });
  });

  test('a hundred levels may be evaluated and no more', () => {
    expect(outputOf(`{% ${Array(100).fill('1').join('+')} %}`)).toEqual(succeeded(100));
    const cause = 'threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. Depth=101 max=100';
    const tooDeep = Array(101).fill('1').join('+');
    expect(outputOf(`{% ${tooDeep} %}`)).toEqual(expressionError(tooDeep, cause));
  });

  test.each(['[1..873783] ~> $count()', '$range(1, 360146, 1) ~> $count()'])('%s is too long a sequence', (expression) => {
    expect(outputOf(`{% ${expression} %}`)).toEqual(expressionError(expression, 'threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage'));
  });

  test.each([
    ['endless recursion', '($f := function($x){ $f($x + 1) }; $f(1))'],
    ['a regular expression that never ends', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)'],
  ])('%s is stopped, and the next expression is evaluated as ever', (_, expression) => {
    const result = run(machineOf({ Only: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } }));
    expect(endOf(result)).toEqual(expressionError(expression, 'threw an error during evaluation: Expression evaluation timeout: Check for infinite loop'));
    expect(outputOf('{% 1 + 1 %}')).toEqual(succeeded(2));
  });

  test.each(['$states.input.constructor', '$sum.implementation', '$states.input.__proto__', '$lookup($states.input, "toString")', '$hash.constructor'])('%s reaches nothing of the process', (expression) => {
    expect(outputOf(`{% ${expression} %}`)).toEqual(expressionError(expression, 'returned nothing (undefined).'));
  });
});

test.each(['{} ~> | $v | {"added": 1} |', '{} ~> | $v | $parse("{\\"__proto__\\": {\\"added\\": 1}}") |'])('%s changes what it finds, but nothing of the process', (expression) => {
  const v: { readonly added?: number } = {};
  expect(evaluateExpression(expression, { now: 0, random: () => 0, bindings: { v } })).toEqual({ outcome: 'value', value: {} });
  expect(Object.getPrototypeOf(v)).toBe(Object.prototype);
  expect(v.added).toBeUndefined();
});

describe('the functions that Step Functions adds', () => {
  test.each([
    ['$partition([1, 2, 3, 4, 5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1, 2, 3], 2.9)', [[1, 2], [3]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(4, 4, 1)', 4],
    ['$hash("abc", "MD5")', '900150983cd24fb0d6963f7d28e17f72'],
    ['$hash("abc", "SHA-256")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$base64encode("grün") ~> $base64decode()', 'grün'],
    ['$parse("{\\"a\\": [null]}").a', [null]],
    // The first double of java.util.Random(42).
    ['$random(42)', 0.7275636800328681],
    ['$random(0) < 1 and $random() >= 0', true],
    ['$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) ~> $exists()', true],
  ])('%s', (expression, expected) => {
    expect(outputOf(`{% ${expression} %}`)).toEqual(succeeded(expected));
  });

  test.each(['$partition([1], 0)', '$partition([], 2)', '$range(1, 2)', '$range(1, 2, -1)', '$range(1, 2, 0)', '$hash("a")'])('%s gives nothing', (expression) => {
    expect(outputOf(`{% ${expression} %}`)).toEqual(expressionError(expression, 'returned nothing (undefined).'));
  });

  test('an unknown algorithm and a text that is no JSON are errors', () => {
    expect(outputOf('{% $hash("a", "md5") %}')).toMatchObject({ error: 'States.QueryEvaluationError', cause: expect.stringContaining('Unsupported hash algorithm "md5"') });
    expect(outputOf('{% $parse("{") %}')).toMatchObject({ error: 'States.QueryEvaluationError' });
    expect(outputOf('{% $base64decode("!!!") %}')).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  test('time is that of the execution and the same throughout an expression', () => {
    expect(outputOf('{% [$now(), $fromMillis($millis())] %}')).toEqual(succeeded(['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z']));
  });
});
