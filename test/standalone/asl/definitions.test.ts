import { describe, expect, test } from 'vitest';

import type { Json, JsonObject } from '#stepfunctions/language';

import type { Diagnostic } from '#standalone/asl/diagnostics';
import { parseMachine, parseMachineText } from '#standalone/asl/parse-machine';

import { CALL, CALLBACK, machineOf } from './running.ts';

const PASS = { Type: 'Pass', End: true } as const;

function diagnosticsOf(definition: unknown, type?: 'EXPRESS'): readonly Diagnostic[] {
  return parseMachine(definition, type === undefined ? {} : { type }).diagnostics ?? [];
}

const schema = (message: string, location: string) => [{ code: 'SCHEMA_VALIDATION_FAILED', message, location }];
const only = (state: JsonObject) => diagnosticsOf(machineOf({ X: state }));
const output = (expression: string) => only({ ...PASS, Output: { v: `{% ${expression} %}` } });

describe('fields', () => {
  test('that are missing are named together', () => {
    expect(diagnosticsOf({})).toEqual(schema('These fields are required: [States, StartAt]', '/'));
    expect(only({ Type: 'Task', End: true })).toEqual(schema('These fields are required: [Resource]', '/States/X'));
    expect(only({ End: true })).toEqual(schema('These fields are required: [Type]', '/States/X'));
    expect(only({ Type: 'Choice', Choices: [{ Condition: true }] })).toEqual(schema('These fields are required: [Next]', '/States/X/Choices[0]'));
  });

  test.each(['Pass', 'Wait', 'Choice', 'Succeed', 'Fail', 'Map', 'Parallel'])('TimeoutSeconds is not supported on %s', (Type) => {
    expect(only({ Type, TimeoutSeconds: 5 })).toContainEqual(schema("Field 'TimeoutSeconds' is not supported", '/States/X')[0]);
  });

  test.each(['Pass', 'Wait', 'Choice', 'Succeed', 'Fail'])('Retry and Catch are not supported on %s', (Type) => {
    const found = only({ Type, Retry: [], Catch: [] });
    for (const field of ['Retry', 'Catch']) expect(found).toContainEqual(schema(`Field '${field}' is not supported`, '/States/X')[0]);
  });

  test('of JSONPath are not those of a JSONata state', () => {
    expect(only({ ...PASS, InputPath: '$.a' })).toEqual(schema("The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage", '/States/X'));
  });

  test('have types, ranges and words of their own', () => {
    expect(only({ ...PASS, Next: 5 })).toEqual(schema('Expected value of type [STRING]', '/States/X/Next'));
    expect(only({ Type: 'Pas', End: true })).toEqual(schema('Value should be one of the following: [Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map]', '/States/X/Type'));
    expect(only({ Type: 'Wait', Seconds: -1, End: true })).toEqual(schema('Minimum value is 0', '/States/X/Seconds'));
    expect(only({ Type: 'Wait', Seconds: 1.5, End: true })).toEqual(schema('Expected value of type [INTEGER]', '/States/X/Seconds'));
    expect(only({ Type: 'Wait', Seconds: 'soon', End: true })).toEqual(schema('String is not a JSONata expression', '/States/X/Seconds'));
    expect(only({ Type: 'Wait', Seconds: true, End: true })).toEqual(schema('Expected value of type [NUMBER, STRING]', '/States/X/Seconds'));
    expect(only({ ...CALL, TimeoutSeconds: 0, End: true })).toEqual(schema('Minimum value is 1', '/States/X/TimeoutSeconds'));
    expect(only({ ...PASS, Assign: [] })).toEqual(schema('Expected value of type [OBJECT]', '/States/X/Assign'));
    expect(only({ ...CALL, End: true, Retry: [{ ErrorEquals: [] }] })).toEqual(schema('Minimum size is 1', '/States/X/Retry[0]/ErrorEquals'));
  });

  test('have to do with each other', () => {
    expect(only({ Type: 'Wait', End: true })).toEqual(schema('A Wait state must have exactly one of [Seconds, Timestamp], but has 0', '/States/X'));
    expect(only({ Type: 'Wait', Seconds: 1, Timestamp: '2020-01-01T00:00:00Z', End: true })).toHaveLength(1);
    expect(only({ ...CALL, TimeoutSeconds: 5, HeartbeatSeconds: 5, End: true })).toEqual(schema('HeartbeatSeconds must be smaller than TimeoutSeconds', '/States/X/HeartbeatSeconds'));
    expect(only({ ...CALL, End: true, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] })).toEqual(schema('States.ALL must appear alone and at end of list', '/States/X/Retry[0]/ErrorEquals'));
    expect(only({ ...CALL, End: true, Catch: [{ ErrorEquals: ['E', 'States.ALL'], Next: 'X' }] })).toEqual(schema('States.ALL must appear alone and at end of list', '/States/X/Catch[0]/ErrorEquals'));
    expect(only({ ...CALL, End: true, Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] })).toHaveLength(1);
  });

  test('a resource must be one', () => {
    const complaint = (resource: string) => schema(`The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`, '/States/X/Resource');
    for (const resource of ['lambda', 'arn:aws:states:::dynamodb:query', 'arn:aws:states:::lambda:call.sync']) expect(only({ Type: 'Task', Resource: resource, End: true })).toEqual(complaint(resource));
    for (const resource of ['arn:aws:states:::dynamodb:getItem', 'arn:aws:states:::aws-sdk:dynamodb:query', 'arn:aws:states:::states:startExecution.sync:2']) expect(only({ Type: 'Task', Resource: resource, End: true })).toEqual([]);
  });

  test('an express machine waits for nobody', () => {
    const definition = machineOf({ X: { ...CALL, Resource: 'arn:aws:states:::states:startExecution.sync', Next: 'Y' }, Y: { ...CALLBACK, End: true } });
    expect(diagnosticsOf(definition)).toEqual([]);
    expect(diagnosticsOf(definition, 'EXPRESS')).toEqual([
      ...schema("Express state machine does not support '.sync' service integration", '/States/X/Resource'),
      ...schema("Express state machine does not support '.waitForTaskToken' service integration", '/States/Y/Resource'),
    ]);
  });
});

describe('the way through a machine', () => {
  const target = (name: string, location: string) => ({ code: 'MISSING_TRANSITION_TARGET', message: `Missing 'Next' target: ${name}`, location });
  const unreachable = (name: string, location: string) => ({ code: 'MISSING_TRANSITION_TARGET', message: `State "${name}" is not reachable.`, location });
  const endless = { code: 'MISSING_END_STATE', message: 'Workflow has no terminal state' };

  test('has an end, and a machine without one is not searched further', () => {
    const loop = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } };
    expect(diagnosticsOf(machineOf(loop))).toEqual([endless]);
    expect(diagnosticsOf(machineOf({ ...loop, C: { Type: 'Pass', Next: 'A' } }))).toEqual([endless]);
    expect(diagnosticsOf(machineOf({ ...loop, C: PASS }))).toEqual([unreachable('C', '/States/C')]);
    expect(diagnosticsOf(machineOf({ A: { Type: 'Pass', Next: 'No' } }))).toEqual([target('No', '/States/A/Next'), endless]);
    expect(diagnosticsOf(machineOf({ M: { Type: 'Map', ItemProcessor: { StartAt: 'A', States: loop }, End: true } }))).toEqual([]);
  });

  test('leads only to states of the same block', () => {
    const branch = { StartAt: 'In', States: { In: { Type: 'Pass', Next: 'Out' } } };
    expect(diagnosticsOf(machineOf({ P: { Type: 'Parallel', Branches: [branch], Next: 'Out' }, Out: PASS }))).toEqual([target('Out', '/States/P/Branches[0]/States/In/Next')]);
    expect(diagnosticsOf(machineOf({ A: PASS }, { StartAt: 'No' }))).toEqual([target('No', '/StartAt'), unreachable('A', '/States/A')]);
    const catching = { ...CALL, Catch: [{ ErrorEquals: ['E'], Next: 'No' }], End: true };
    expect(diagnosticsOf(machineOf({ A: catching }))).toEqual([target('No', '/States/A/Catch[0]/Next')]);
    const choosing = { Type: 'Choice', Choices: [{ Condition: true, Next: 'No' }], Default: 'Nor' };
    expect(diagnosticsOf(machineOf({ A: choosing, Z: PASS }))).toEqual([target('No', '/States/A/Choices[0]/Next'), target('Nor', '/States/A/Default'), unreachable('Z', '/States/Z')]);
    expect(diagnosticsOf(machineOf({ A: { Type: 'Pass', Next: 'toString' }, Z: PASS }))).toContainEqual(target('toString', '/States/A/Next'));
  });

  test('goes on from every state, one way', () => {
    expect(only({ Type: 'Pass' })).toEqual([...schema('One of these fields is required: [Next, End]', '/States/X'), endless]);
    expect(only({ ...PASS, Next: 'X' })).toEqual(schema("The fields 'Next' and 'End' exclude each other", '/States/X'));
  });

  test('is searched inside branches and item processors', () => {
    const inner = { StartAt: 'W', States: { W: PASS, Ghost: PASS } };
    expect(diagnosticsOf(machineOf({ M: { Type: 'Map', ItemProcessor: inner, End: true } }))).toEqual([unreachable('Ghost', '/States/M/ItemProcessor/States/Ghost')]);
    expect(diagnosticsOf(machineOf({ M: { Type: 'Map', Iterator: { StartAt: 'W', States: { W: PASS } }, End: true } }))).toEqual([]);
  });
});

describe('expressions', () => {
  const fault = (code: string, message: string) => [{ code, message, location: '/States/X/Output/v' }];

  test.each([
    ['a[1,2)', 'Expected "]", got ","'],
    ['"unterminated', 'String literal must be terminated by a matching quote'],
    ['1 +', 'Unexpected end of expression'],
    ['{"a":}', 'The symbol "}" cannot be used as a unary operator'],
    ['$match("a", /abc', 'No terminating / in regular expression'],
    ['', 'Unexpected end of expression'],
    ['$states.input.a ?? 1', 'The symbol "?" cannot be used as a unary operator'],
    ['[$f($states.input.a ?: 1)]', 'The symbol ":" cannot be used as a unary operator'],
  ])('%s does not parse', (expression, message) => {
    expect(output(expression)).toEqual(fault('INVALID_JSONATA_EXPRESSION', message));
  });

  test.each(['phone', 'phone.home', 'phone[0]', '[1, phone]', '{"a": phone}', '$sum(phone)', '(phone)', '$x := phone', '1 + phone', 'phone ~> $sum', 'true ? phone : 1', '$map($states.input.a, function($x){ phone })', 'phone^(a)'])(
    '%s reads a context that does not exist',
    (expression) => {
      expect(output(expression)).toEqual(fault('UNSUPPORTED_JSONATA_EXPRESSION', "Reference to 'phone' at the top level is not supported."));
    },
  );

  test.each(['$$', '$'])('%s is no context either', (reference) => {
    expect(output(`${reference}.a`)).toEqual(fault('UNSUPPORTED_JSONATA_EXPRESSION', `Reference to '${reference}' is not supported.`));
  });

  test.each(['$states.input.phone', '$phone', '$states.input.items[value > 3]', '$states.input.items^(value)', '$states.input.items{name: value}', '$states.input.items.{"a": value, "b": $}', '$states.input.a.(b; c)', '$map($states.input.a, function($x){ $x.b })', '$states', '$x := 1', '$states.input.a ? "??" : "?:"'])('%s is fine', (expression) => {
    expect(output(expression)).toEqual([]);
  });

  test('$states has a result and an error output only where there is one', () => {
    const noField = (name: string, location: string) => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message: `Field '$states.${name}' does not exist.`, location });
    expect(output('$states.result')).toEqual([noField('result', '/States/X/Output/v')]);
    expect(output('$states.what')).toEqual([noField('what', '/States/X/Output/v')]);
    const task = (rest: { readonly [field: string]: Json }) => only({ ...CALL, ...rest, End: true });
    expect(task({ Output: '{% $states.result %}', Assign: { a: '{% $states.result.b %}' } })).toEqual([]);
    expect(task({ Arguments: '{% $states.result %}' })).toEqual([noField('result', '/States/X/Arguments')]);
    expect(task({ Output: '{% $states.errorOutput %}' })).toEqual([noField('errorOutput', '/States/X/Output')]);
    expect(task({ Catch: [{ ErrorEquals: ['E'], Next: 'X', Output: '{% $states.errorOutput %}', Assign: { a: '{% $states.errorOutput.Cause %}' } }] })).toEqual([]);
    expect(task({ Catch: [{ ErrorEquals: ['E'], Next: 'X', Output: '{% $states.result %}' }] })).toEqual([noField('result', '/States/X/Catch[0]/Output')]);
  });
});

describe('variables', () => {
  test('have names that are identifiers, and leave $states alone', () => {
    expect(only({ ...PASS, Assign: { 'a-b': 1 } })).toEqual(schema("The variable name 'a-b' is not a valid identifier of at most 80 characters", '/States/X/Assign/a-b'));
    expect(only({ ...PASS, Assign: { states: 1 } })).toEqual(schema("The variable name 'states' is reserved", '/States/X/Assign/states'));
    expect(only({ ...PASS, Assign: { größe1: 1, a_b: 2 } })).toEqual([]);
  });

  test('of an outer block cannot be set in an inner one', () => {
    const inner = { StartAt: 'In', States: { In: { ...PASS, Assign: { a: 2 } } } };
    const definition = machineOf({ Set: { Type: 'Pass', Assign: { a: 1 }, Next: 'P' }, P: { Type: 'Parallel', Branches: [inner, inner], End: true } });
    expect(diagnosticsOf(definition)).toEqual([
      ...schema("The variable name 'a' was already defined in a parent scope.", '/States/P/Branches[0]/States/In/Assign/a'),
      ...schema("The variable name 'a' was already defined in a parent scope.", '/States/P/Branches[1]/States/In/Assign/a'),
    ]);
  });
});

describe('the query language', () => {
  const downgrade = schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", '/States/X');

  test('must be JSONata in every state', () => {
    expect(only({ ...PASS, QueryLanguage: 'JSONPath' })).toEqual(downgrade);
    expect(diagnosticsOf({ StartAt: 'X', States: { X: { ...PASS, QueryLanguage: 'JSONata' } } })).toEqual([]);
    for (const definition of [{ StartAt: 'X', States: { X: PASS } }, { QueryLanguage: 'JSONPath', StartAt: 'X', States: { X: { ...PASS, InputPath: '$' } } }]) {
      expect(diagnosticsOf(definition)).toEqual([{ code: 'UNSUPPORTED_QUERY_LANGUAGE', message: expect.stringContaining('only JSONata is supported'), location: '/States/X' }]);
    }
  });

  test('of a state within a Map is the machine\'s and not the Map\'s', () => {
    const map = { Type: 'Map', QueryLanguage: 'JSONata', ItemProcessor: { StartAt: 'P', States: { P: PASS } }, End: true };
    expect(diagnosticsOf({ StartAt: 'M', States: { M: map } })).toEqual([expect.objectContaining({ location: '/States/M/ItemProcessor/States/P' })]);
  });

  test('is one of two words', () => {
    expect(diagnosticsOf(machineOf({ X: PASS }, { QueryLanguage: 'jsonata' }))).toEqual(schema('Value should be one of the following: [JSONPath, JSONata]', '/QueryLanguage'));
    expect(diagnosticsOf(machineOf({ X: PASS }, { QueryLanguage: 5 }))).toEqual(schema('Expected value of type [STRING]', '/QueryLanguage'));
    const processor = { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: PASS } };
    expect(diagnosticsOf(machineOf({ M: { Type: 'Map', ItemProcessor: processor, End: true } }))).toEqual(schema("Field 'QueryLanguage' is not supported", '/States/M/ItemProcessor'));
  });
});

describe('what is not run here', () => {
  test('is refused and named', () => {
    const processor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'P', States: { P: PASS } };
    expect(diagnosticsOf(machineOf({ M: { Type: 'Map', ItemProcessor: processor, End: true } }))).toEqual([
      { code: 'UNSUPPORTED_MAP_MODE', message: 'A Map in the mode DISTRIBUTED is not supported here, only INLINE', location: '/States/M/ItemProcessor/ProcessorConfig/Mode' },
    ]);
    expect(diagnosticsOf(machineOf({ M: { Type: 'Map', ItemReader: {}, ItemProcessor: { StartAt: 'P', States: { P: PASS } }, End: true } }))).toEqual(schema("Field 'ItemReader' is not supported", '/States/M'));
  });
});

describe('texts', () => {
  test.each([
    ['not a definition', "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", 'line: 1, column: 4'],
    ['{"a":\n  1,, }', "Unexpected character (',' (code 44)): was expecting double-quote to start field name", 'line: 2, column: 6'],
    ['{"a": 1} x', "Unrecognized token 'x'", 'line: 1, column: 11'],
    ['{"a": 1} {}', "Unexpected character ('{' (code 123)): was expecting the end of the text", 'line: 1, column: 11'],
    ['["a" "b"]', "was expecting comma to separate entries", 'line: 1, column: 7'],
    ['{"a" 1}', "was expecting a colon to separate field name and value", 'line: 1, column: 7'],
    ['[1,]', "expected a valid value", 'line: 1, column: 5'],
    ['{"a": ', 'Unexpected end-of-input', 'line: 1, column: 7'],
    ['{"a": #}', "Unexpected character ('#' (code 35)): expected a valid value", 'line: 1, column: 8'],
  ])('%j is no JSON', (text, message, place) => {
    const [diagnostic] = parseMachineText(text).diagnostics ?? [];
    expect(diagnostic).toMatchObject({ code: 'INVALID_JSON_DESCRIPTION', message: expect.stringContaining(message), location: expect.stringContaining(place) });
  });

  test('of hostile depth and size are refused in no time', () => {
    const deep = `${'{"States":{"a":'.repeat(60_000)}1${'}}'.repeat(60_000)}`;
    const started = performance.now();
    expect(parseMachineText(deep).diagnostics).toEqual(schema('The definition nests deeper than 200 levels', '/'));
    expect(parseMachineText(`"${'x'.repeat(1_048_576)}"`).diagnostics).toEqual(schema('The definition is longer than 1048576 characters', '/'));
    expect(parseMachineText(`[${'[],'.repeat(300_000)}[]]`).diagnostics).toHaveLength(1);
    expect(output('('.repeat(100_000))).toEqual([expect.objectContaining({ code: 'INVALID_JSONATA_EXPRESSION' })]);
    expect(output(Array(100_000).fill('1').join('+'))).toEqual([expect.objectContaining({ code: 'INVALID_JSONATA_EXPRESSION' })]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('a definition that JSON could not carry is refused', () => {
    expect(diagnosticsOf({ StartAt: undefined })).toEqual(schema('The definition holds a value of type undefined (undefined), which JSON cannot carry', '/'));
    for (const value of [null, 5, 'text', []]) expect(diagnosticsOf(value).length).toBeGreaterThan(0);
  });
});
