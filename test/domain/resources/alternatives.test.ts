import { describe, expect, it } from 'vitest';

import { component, environmentVariable } from '#domain/resources/application';
import { freeze } from '#domain/resources/environment';

describe('a field that may be written in several ways', () => {
  it.each([
    ['a variable', environmentVariable, { name: 'DB_PASSWORD', secret: 'db-password' }, 'must be a text ({name, value: "…"}) or from a secret ({name, valueFrom: {secret: …}})'],
    ['a freeze', freeze, { reason: 'holidays', from: '2026-12-24', to: '2027-01-02' }, 'must be once ({name, startsAt, endsAt}) or again and again ({name, schedule, durationMinutes})'],
    ['stickiness', component.shape.sticky, { cooky: 'side' }, 'must be by a cookie ({cookie: …}) or by a header ({header: …})'],
  ])('names them all for %s that is none', (_, schema, value, message) => {
    expect(schema.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  it('names the fault within the way that was meant', () => {
    expect(environmentVariable.safeParse({ name: 'A-B', value: 'x' }).error?.issues).toMatchObject([{ path: ['name'], message: 'must be a name of letters, digits and underscores' }]);
  });
});
