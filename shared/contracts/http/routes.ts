import type * as z from 'zod';

import { deploymentRoutes } from '#contracts/http/deployment-routes';
import { resourceRoutes } from '#contracts/http/resource-routes';
import type { Route } from '#contracts/http/route';
import { serviceRoutes } from '#contracts/http/service-routes';
import { targetRoutes } from '#contracts/http/target-routes';
import { tenantRoutes } from '#contracts/http/tenant-routes';

/** Every route, by the name of its operation. There is no other list of routes. */
export const routes = {
  ...serviceRoutes,
  ...resourceRoutes,
  ...deploymentRoutes,
  ...targetRoutes,
  ...tenantRoutes,
} as const satisfies { readonly [operation: string]: Route };

export type Operation = keyof typeof routes;

/** The parsed input of an operation. */
export type OperationInput<Name extends Operation> = {
  readonly params: z.output<(typeof routes)[Name]['params']>;
  readonly query: z.output<(typeof routes)[Name]['query']>;
  readonly body: (typeof routes)[Name]['body'] extends z.ZodType ? z.output<(typeof routes)[Name]['body']> : undefined;
};

/** What a caller of an operation gives, before defaults are filled in. */
export type OperationRequest<Name extends Operation> = {
  readonly params: z.input<(typeof routes)[Name]['params']>;
  readonly query: z.input<(typeof routes)[Name]['query']>;
  readonly body: (typeof routes)[Name]['body'] extends z.ZodType ? z.input<(typeof routes)[Name]['body']> : undefined;
};

/** The body of an operation's answer. */
export type OperationOutput<Name extends Operation> = z.output<(typeof routes)[Name]['response']>;
