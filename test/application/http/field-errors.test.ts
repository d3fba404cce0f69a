import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { deploymentRequest } from '#contracts/http/deployment-routes';
import { deploymentRequestExample } from '#contracts/http/deployment-examples';
import { faultInWords, fieldErrorsOf } from '#contracts/http/field-errors';
import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { environmentResource } from '#domain/resources/resource';

const errorsOf = (schema: z.ZodType, input: unknown, options = {}) => {
  const parsed = schema.safeParse(input);
  return parsed.success ? [] : fieldErrorsOf(parsed.error, input, options);
};

/** A document again and again, each time with one wrong value in the place of one of its parts. */
function variants(document: unknown, wrong: readonly unknown[]): readonly unknown[] {
  if (typeof document !== 'object' || document === null) return wrong;
  const deeper = Object.entries(document).flatMap(([name, part]) => [...variants(part, wrong), undefined].map((changed) => (
    Array.isArray(document) ? document.map((one, index) => (String(index) === name ? changed : one)) : { ...document, [name]: changed }
  )));
  return [...wrong, ...deeper];
}

describe('the errors of fields', () => {
  it('name each unknown field, a missing one without a value, and a wrong one with its value', () => {
    const schema = z.strictObject({ name: z.string(), port: z.int() });
    expect(errorsOf(schema, { port: 'x', colour: 1, size: 2 }, { prefix: 'query' })).toEqual([
      { field: 'query.name', rule: 'is required: must be text' },
      { field: 'query.port', rule: 'must be a number', value: 'x' },
      { field: 'query.colour', rule: 'is not known here', value: 1 },
      { field: 'query.size', rule: 'is not known here', value: 2 },
    ]);
  });

  it('go into the branch of a union that was meant', () => {
    const environment = { apiVersion: 'sluice.dev/v1', kind: 'Environment', metadata: { name: 'x' }, spec: { waves: [{ targets: ['a'] }], strategies: { canary: { steps: [{ weightPercent: 150 }] } } } };
    expect(errorsOf(environmentResource, environment)).toEqual([{ field: 'spec.strategies.canary.steps.0.weightPercent', rule: 'must be from 0 to 100', value: 150 }]);
  });

  it('stay at the union where no branch was meant', () => {
    const environment = { apiVersion: 'sluice.dev/v1', kind: 'Environment', metadata: { name: 'x' }, spec: { waves: [{ targets: ['a'] }], strategies: { canary: { steps: [{ wait: 5 }] } } } };
    expect(errorsOf(environmentResource, environment)).toEqual([{ field: 'spec.strategies.canary.steps.0', rule: 'must be exactly one of weightPercent, bakeSeconds, pause, analysis, approval', value: { wait: 5 } }]);
  });

  it.each<readonly [string, object, object]>([
    ['a type nobody knows', { strategy: { type: 'bluegreen' } }, { field: 'spec.strategy.type', rule: 'must be one of canary, blue-green, rolling, recreate', value: 'bluegreen' }],
    ['no type', { strategy: {} }, { field: 'spec.strategy.type', rule: 'is required: must be one of canary, blue-green, rolling, recreate' }],
    ['a word where a strategy belongs', { strategy: 'canary' }, { field: 'spec.strategy', rule: 'must be an object with a type, as {type: canary}', value: 'canary' }],
    ['a word where a wave belongs', { waves: ['left'] }, { field: 'spec.waves.0', rule: 'must be an object with targets, as {targets: [edge-1]}', value: 'left' }],
    ['an empty list', { waves: [{ targets: [] }] }, { field: 'spec.waves.0.targets', rule: 'must have at least 1 item', value: [] }],
    ['a word where a list belongs', { strategy: { type: 'canary', steps: 'x' } }, { field: 'spec.strategy.steps', rule: 'must be a list', value: 'x' }],
    ['a number below its bound', { order: -1 }, { field: 'spec.order', rule: 'must be at least 0', value: -1 }],
    ['a text that is too long', { description: 'x'.repeat(1001) }, { field: 'spec.description', rule: 'must have at most 1000 characters', value: `${'x'.repeat(200)}…` }],
    ['a number that is to be text', { waves: [{ targets: [7] }] }, { field: 'spec.waves.0.targets.0', rule: 'must be text: write it in quotes', value: 7 }],
  ])('name field, rule and value of %s', (_what, spec, expected) => {
    expect(errorsOf(environmentResource, { apiVersion: 'sluice.dev/v1', kind: 'Environment', metadata: { name: 'x' }, spec: { waves: [{ targets: ['a'] }], ...spec } })).toEqual([expected]);
  });

  it('say what a union would have taken', () => {
    expect(errorsOf(deploymentRequest, { ...deploymentRequestExample, strategy: 'bluegreen' })).toEqual([{ field: 'strategy', rule: 'must be one of canary, blue-green, rolling, recreate, or an object with a type, as {type: canary}', value: 'bluegreen' }]);
    expect(errorsOf(deploymentRequest, { ...deploymentRequestExample, strategy: { type: 'bluegreen' }, ifRunning: 7 })).toEqual([
      { field: 'strategy.type', rule: 'must be one of canary, blue-green, rolling, recreate', value: 'bluegreen' },
      { field: 'ifRunning', rule: 'must be one of queue, supersede, refuse', value: 7 },
    ]);
  });

  it('never are the words of the schema library, for whatever is put in the place of any part of any body', () => {
    const wrong: readonly unknown[] = [null, 7, -7, 1.5, true, '', '?'.repeat(70_000), [], ['x'], {}, { x: 1 }];
    const rules = Object.values<Route>(routes).flatMap(({ body, examples }) => {
      if (body === null) return [];
      return variants(examples?.body, wrong).flatMap((input) => errorsOf(body, input).map(({ rule }) => rule));
    });
    expect(rules.length).toBeGreaterThan(1000);
    expect(rules.filter((rule) => !/^(is required: )?(must|kind must|is not known here)/.test(rule))).toEqual([]);
    expect([...new Set(rules)].filter((rule) => /Invalid|Too |expected|received|Unrecognized|must be text in the form/.test(rule))).toEqual([]);
  });

  it('shorten long values, hide those of secrets, and end after fifty', () => {
    const [long] = errorsOf(z.strictObject({ name: z.string().max(3) }), { name: 'x'.repeat(1000) });
    expect(String(long?.value)).toHaveLength(201);
    expect(errorsOf(z.strictObject({ value: z.string() }), { value: { password: 1 } }, { hideValues: true })).toEqual([{ field: 'value', rule: 'must be text' }]);
    expect(errorsOf(z.array(z.string()), Array.from({ length: 100 }, () => 1))).toHaveLength(50);
  });

  it('read as a sentence with what was given', () => {
    expect(faultInWords({ field: 'spec.strategy.type', rule: 'must be one of canary, rolling', value: 'bluegreen' })).toBe('spec.strategy.type must be one of canary, rolling (got "bluegreen")');
    expect(faultInWords({ field: '', rule: 'must be an object' })).toBe('the body must be an object');
  });

  it('cannot be led to what an object inherits', () => {
    expect(errorsOf(z.strictObject({ toString: z.string() }), {})).toEqual([{ field: 'toString', rule: 'is required: must be text' }]);
  });

  it('shortens a name that is too long, as it does with values', () => {
    expect(errorsOf(z.strictObject({}), { ['n'.repeat(1000)]: 'v'.repeat(1000) })).toEqual([{ field: `${'n'.repeat(100)}…`, rule: 'is not known here', value: `${'v'.repeat(200)}…` }]);
  });
});
