import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { errors, problem } from '#contracts/errors';
import { linksOf } from '#contracts/http/links';
import { problemExamples } from '#contracts/http/problem-responses';
import { problemsOf } from '#contracts/http/problems';
import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { openapiDocument } from '#contracts/openapi';

const table: readonly (readonly [string, Route])[] = Object.entries(routes);
const document = openapiDocument('1.2.3');
const parsed = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({
    operationId: z.string(), tags: z.array(z.string()), security: z.array(z.unknown()), requestBody: z.unknown().optional(),
    parameters: z.array(z.looseObject({})).optional(), responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.looseObject({ examples: z.record(z.string(), z.unknown()).optional() })).optional() })),
  }))),
}).parse(document);
const operations = Object.entries(parsed.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));

describe('the OpenAPI document', () => {
  it('is valid against the schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('has each route once, under the name of its operation', () => {
    expect(operations.map(({ path, method, operation }) => `${operation.operationId} ${method} ${path}`).sort()).toEqual(
      table.map(([name, route]) => `${name} ${route.method.toLowerCase()} ${route.path}`).sort(),
    );
  });

  it('resolves every reference within itself', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((reference) => placeAt(reference) === undefined)).toEqual([]);
  });

  it.each(table)('names every problem of %s with its code', (name, route) => {
    const { operation } = operations.find((one) => one.operation.operationId === name) ?? { operation: undefined };
    for (const code of problemsOf(route)) {
      const named = Object.keys(operation?.responses[`${errors[code].status}`]?.content?.['application/problem+json']?.examples ?? {});
      expect(named).toContain(code);
    }
  });

  it('asks for a key everywhere but on public routes', () => {
    const open = operations.filter(({ operation }) => operation.security.length === 0).map(({ operation }) => operation.operationId);
    expect(open.sort()).toEqual(table.filter(([, route]) => route.permission === 'public').map(([name]) => name).sort());
  });
});

describe('the links of an answer', () => {
  it('lead from what was made to all that can be done with it', () => {
    const { getTarget, getTargetStatus, deleteTarget } = linksOf(routes.putTarget, routes);
    expect([getTarget, getTargetStatus, deleteTarget].map((link) => link?.parameters)).toEqual(Array.from({ length: 3 }, () => ({ name: '$request.path.name' })));
    expect(linksOf(routes.requestDeployment, routes)['abortDeployment']).toEqual({ operationId: 'abortDeployment', parameters: { id: '$response.body#/id' } });
    expect(linksOf(routes.getTarget, routes)).toEqual({});
  });

  it.each(table)('of %s give every parameter of the path that they lead to', (_name, route) => {
    for (const { operationId, parameters } of Object.values(linksOf(route, routes))) {
      const wanted = Object.entries<Route>(routes).find(([name]) => name === operationId)?.[1].params.shape ?? {};
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining(Object.keys(wanted)));
    }
  });
});

describe('the route table', () => {
  it.each(table.filter(([, route]) => route.body !== null))('has an example of the body of %s that fits', (_name, route) => {
    expect(route.examples?.body).toBeDefined();
    expect(route.body?.safeParse(route.examples?.body).error).toBeUndefined();
  });

  it.each(table.filter(([, route]) => route.status !== 204))('has an example of the answer of %s that fits', (_name, route) => {
    expect(route.examples?.response).toBeDefined();
    expect(route.response.safeParse(route.examples?.response).error).toBeUndefined();
  });

  it('gives parameters in a path exactly the schemas they need', () => {
    const fits = (route: Route) => Object.keys(route.params.shape).sort().join() === [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join();
    expect(table.filter(([, route]) => !fits(route)).map(([name]) => name)).toEqual([]);
  });

  it('has no two operations of one method and path', () => {
    expect(new Set(table.map(([, route]) => `${route.method} ${route.path}`)).size).toBe(table.length);
  });

  it('honours an idempotency key on every POST that makes something', () => {
    const makes = table.filter(([, route]) => route.method === 'POST' && route.status === 201 && route.permission !== 'ticket:create');
    expect(makes.filter(([, route]) => !route.idempotent).map(([name]) => name)).toEqual([]);
  });
});

function placeAt(reference: string): unknown {
  let place: unknown = document;
  for (const step of reference.split('/')) place = z.record(z.string(), z.unknown()).parse(place)[step];
  return place;
}

describe('the error table', () => {
  it.each(Object.entries(problemExamples()))('has an example problem of %s that fits', (code, { value }) => {
    expect(problem.safeParse(value).error).toBeUndefined();
    expect(value.code).toBe(code);
    expect(value.recoveryActions.length).toBeGreaterThan(0);
  });
});
