import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { fieldErrorsOf } from '#contracts/http/field-errors';
import { environmentResource } from '#domain/resources/resource';

const errorsOf = (schema: z.ZodType, input: unknown, options = {}) => {
  const parsed = schema.safeParse(input);
  return parsed.success ? [] : fieldErrorsOf(parsed.error, input, options);
};

describe('the errors of fields', () => {
  it('name each unknown field, a missing one without a value, and a wrong one with its value', () => {
    const schema = z.strictObject({ name: z.string(), port: z.int() });
    expect(errorsOf(schema, { port: 'x', colour: 1, size: 2 }, { prefix: 'query' })).toEqual([
      { field: 'query.name', rule: 'is required: must be string' },
      { field: 'query.port', rule: 'must be number, not string', value: 'x' },
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

  it('shorten long values, hide those of secrets, and end after fifty', () => {
    const [long] = errorsOf(z.strictObject({ name: z.string().max(3) }), { name: 'x'.repeat(1000) });
    expect(String(long?.value)).toHaveLength(201);
    expect(errorsOf(z.strictObject({ value: z.string() }), { value: { password: 1 } }, { hideValues: true })).toEqual([{ field: 'value', rule: 'must be string, not object' }]);
    expect(errorsOf(z.array(z.string()), Array.from({ length: 100 }, () => 1))).toHaveLength(50);
  });

  it('cannot be led to what an object inherits', () => {
    expect(errorsOf(z.strictObject({ toString: z.string() }), {})).toEqual([{ field: 'toString', rule: expect.stringContaining('must be string') }]);
  });

  it('shortens a name that is too long, as it does with values', () => {
    expect(errorsOf(z.strictObject({}), { ['n'.repeat(1000)]: 'v'.repeat(1000) })).toEqual([{ field: `${'n'.repeat(100)}…`, rule: 'is not known here', value: `${'v'.repeat(200)}…` }]);
  });
});
