import { addRoute, createRouter, findRoute } from 'rou3';

import { Failure } from '#contracts/errors';
import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import type { Operation } from '#contracts/http/routes';

/** The route of a request, with the decoded parameters of its path. */
export type FoundRoute = { readonly operation: Operation; readonly route: Route; readonly params: { readonly [name: string]: string } };

const METHODS = ['GET', 'PUT', 'POST', 'DELETE'] as const satisfies readonly Route['method'][];

const router = createRouter<Operation>();
for (const operation of Object.keys(routes)) {
  if (isOperation(operation)) addRoute(router, routes[operation].method, routes[operation].path.replaceAll(/\{(\w+)\}/g, ':$1'), operation);
}

/**
 * Finds the route of a method and path. HEAD is answered as GET is, without its body.
 * @throws Failure `not-found` for an unknown path, `method-not-allowed` (with the allowed ones in its context) for a known one,
 * `malformed-request` for a path that is not properly percent-encoded.
 */
export function matchRoute(method: string, path: string): FoundRoute {
  const found = find(method === 'HEAD' ? 'GET' : method, path);
  if (found) return { operation: found.data, route: routes[found.data], params: decode(found.params ?? {}) };
  const allowed = allowedMethods(path);
  if (allowed.length === 0) throw new Failure('not-found', `there is nothing at ${path.slice(0, 200)}`);
  throw new Failure('method-not-allowed', { detail: `${method.slice(0, 20)} is not known here; ${allowed.join(', ')} are`, context: { allowed } });
}

/** The methods that a path knows, for `Allow`; none for an unknown path. */
export function allowedMethods(path: string): readonly string[] {
  const known = METHODS.filter((method) => find(method, path) !== undefined);
  if (known.length === 0) return [];
  return [...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
}

/**
 * A path with a slash at its end is another path, and none of ours. The library would pass the slash by, but a gateway before us may not: there it is
 * a path without a route, which is let through without asking the authorizer and without counting for the tenant's throttle.
 */
function find(method: string, path: string) {
  return path.endsWith('/') ? undefined : findRoute(router, method, path);
}

function decode(params: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => {
    try {
      return [name, decodeURIComponent(value)];
    } catch (error) {
      throw new Failure('malformed-request', { detail: `path.${name} is not properly percent-encoded`, errors: [{ field: `path.${name}`, rule: 'must be percent-encoded UTF-8', value: value.slice(0, 200) }], cause: error });
    }
  }));
}

function isOperation(name: string): name is Operation {
  return Object.hasOwn(routes, name);
}
