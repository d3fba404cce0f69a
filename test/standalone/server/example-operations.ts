import type { CallContext } from '#application/context';
import type { OperationHandlers } from '#application/handlers';
import { Failure } from '#contracts/errors';
import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';

/** A call as the examples saw it. */
export type SeenCall = { readonly operation: string; readonly context: CallContext; readonly input: { readonly params: unknown; readonly query: unknown; readonly body: unknown } };

/**
 * Use cases that answer with the examples of the route table, so that the outside can be tested without the inside. What stands in a path
 * exists only under the names of the examples.
 */
export function exampleOperations(seen: (call: SeenCall) => void = () => undefined): OperationHandlers {
  const table: readonly (readonly [string, Route])[] = Object.entries(routes);
  const handlers: { readonly [name: string]: unknown } = Object.fromEntries(table.map(([operation, route]) => [operation, async (context: CallContext, input: SeenCall['input']) => {
    seen({ operation, context, input });
    if (!isExample(input.params)) throw new Failure('not-found', `there is nothing named ${JSON.stringify(input.params)}`);
    return { body: route.status === 204 ? null : route.examples?.response, version: 3 };
  }]));
  if (!isComplete(handlers)) throw new Error('a route has no handler');
  return handlers;
}

const EXAMPLE_NAMES: readonly unknown[] = ['shop', 'production', 'edge-1', '1.4.2', 'error-rate', 'database-password', 'default', 'key-01kaj3zv6w', 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n'];

function isExample(params: unknown): boolean {
  return typeof params === 'object' && params !== null && Object.values(params).every((value) => EXAMPLE_NAMES.includes(value));
}

function isComplete(handlers: { readonly [name: string]: unknown }): handlers is OperationHandlers {
  return Object.keys(routes).every((name) => typeof handlers[name] === 'function');
}
