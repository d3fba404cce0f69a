import type { Context } from '#application/context';
import { openAwsPorts } from '#aws/open-ports';
import type { AwsPorts } from '#aws/open-ports';
import { functionEnvironment } from '#contracts/function-environment';

/** The environment of this function, parsed once. */
export const environment = functionEnvironment.parse(process.env);

/** The ports of this function. */
export const opened: AwsPorts = openAwsPorts(environment);

/** What a use case of a tenant is given. */
export function contextOf(tenant: string, traceId = opened.ports.ids.trace()): Context {
  return { ports: opened.ports, tenant, traceId };
}
