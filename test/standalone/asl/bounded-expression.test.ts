import { describe, expect, it } from 'vitest';

import { machines } from '#stepfunctions/machines';
import { boundedExpression } from '#standalone/asl/bounded-expression';
import { expressionIn } from '#standalone/asl/evaluate';
import { evaluateExpression, evaluateTogether, parseExpression } from '#standalone/asl/sandbox';

describe('an expression whose end is known', () => {
  it('is one of paths from variables, literals, comparisons and arithmetic, and sees the variables that it names', () => {
    expect(boundsOf("$kind = 'shift' or $states.input.seconds * 2 > $limit")).toEqual({ variables: expect.arrayContaining(['kind', 'states', 'limit']) });
    expect(boundsOf('$states.context.Task.Token')).toEqual({ variables: ['states'] });
    expect(boundsOf("'text'")).toEqual({ variables: [] });
  });

  it.each(['$a[0]', '$a[b = 1]', '$sum($a)', '$a.(b + 1)', '$a.$b', '$a{b: c}', '[1..9]', '$a.**', '$a.*', '$a.b.%', '$a^(b)', '$a ~> $f', '($a)', '$f := function($x) { $f($x) }', '$a.b#$i.c[$i > 1]', '/a/', '$a ? 1 : 2', 'a.b', '1[($f := function(){$f()}; $f())]', '"x"[$a]', '"x"{"y": $a}', '1 + 2[$a]', '(1 + 2)[$a]', 'true[$a]'])('is not %s', (expression) => {
    expect(boundsOf(expression)).toBeUndefined();
  });

  it('is each expression of our own machines', () => {
    const expressions = [...new Set(expressionsIn(machines))];
    expect(expressions.length).toBeGreaterThan(20);
    expect(expressions.filter((expression) => boundsOf(expression) === undefined)).toEqual([]);
  });

  it('gives what it would give with everything in sight', () => {
    const context = { now: 0, random: () => 0, bindings: { rows: [{ a: [1, 2] }, { a: 3 }], other: 'unused' } };
    expect(evaluateExpression('$rows.a', context)).toEqual({ outcome: 'value', value: [1, 2, 3] });
    expect(evaluateExpression('$rows.missing', context)).toEqual({ outcome: 'undefined' });
    expect(evaluateExpression('$toString', context)).toEqual({ outcome: 'undefined' });
    expect(evaluateExpression("$rows.a < 'b'", context)).toMatchObject({ outcome: 'failed', code: 'T2010' });
  });
});

describe('expressions that are evaluated together', () => {
  it('give each what it gives alone; one whose end is not known is left out', () => {
    const context = { now: 0, random: () => 0, bindings: { count: 2, row: { a: [1, null] } } };
    const expressions = ['$count * 2', '$row.a', '$row.b', "$count < 'x'", '$count', '$sum($row.a)', '$count *', '$count'];
    const together = evaluateTogether(expressions, context);
    expect([...together.keys()]).toEqual(['$count * 2', '$row.a', '$row.b', "$count < 'x'", '$count']);
    for (const [expression, result] of together) expect(result).toEqual(evaluateExpression(expression, context));
  });
});

function boundsOf(expression: string) {
  const tree = parseExpression(expression);
  if (tree.outcome !== 'value') throw new Error(`${expression} is no expression`);
  return boundedExpression(tree.value);
}

function expressionsIn(definition: unknown): readonly string[] {
  if (typeof definition === 'string') return [expressionIn(definition)].filter((one) => one !== undefined);
  return typeof definition === 'object' && definition !== null ? Object.values(definition).flatMap(expressionsIn) : [];
}
