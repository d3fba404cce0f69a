import * as z from 'zod';

import type { Route } from '#contracts/http/route';
import type { routes } from '#contracts/http/routes';

/** Where to go on from an answer: an operation, and where each of its path's parameters is found (OpenAPI 3.1, "Link Object" and "Runtime Expressions"). */
export type Link = { readonly operationId: string; readonly parameters: { readonly [name: string]: string } };

/** The links of one answer, by the operation that they lead to. */
export type Links = { readonly [operation: string]: Link };

/**
 * What can be done with a thing that a request has made, by the route table alone: a PUT leads to all that is under its path, with the same
 * parameters; a POST that answers an `id` to all that is under its path and that id. A route that makes nothing leads nowhere.
 */
export function linksOf(route: Route, table: typeof routes): Links {
  const made = madeBy(route);
  if (made === undefined) return {};
  const isUnder = (other: Route) => other !== route && (other.path === made.path || other.path.startsWith(`${made.path}/`)) && parametersIn(other.path).every((name) => Object.hasOwn(made.parameters, name));
  const entries: readonly (readonly [string, Route])[] = Object.entries(table);
  return Object.fromEntries(entries.filter(([, other]) => isUnder(other)).map(([operationId]) => [operationId, { operationId, parameters: made.parameters }]));
}

type Made = { readonly path: string; readonly parameters: Link['parameters'] };

function madeBy(route: Route): Made | undefined {
  const given = Object.fromEntries(parametersIn(route.path).map((name) => [name, `$request.path.${name}`]));
  if (route.method === 'PUT') return { path: route.path, parameters: given };
  const answersId = route.response instanceof z.ZodObject && Object.hasOwn(route.response.shape, 'id');
  return route.method === 'POST' && answersId ? { path: `${route.path}/{id}`, parameters: { ...given, id: '$response.body#/id' } } : undefined;
}

function parametersIn(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}
