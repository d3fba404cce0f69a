import { randomUUID } from 'node:crypto';

import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import type { Operation, OperationRequest } from '#contracts/http/routes';
import { fieldErrorsOf } from '#client/field-errors';
import type { Settings } from '#client/settings';
import { SluiceError } from '#client/sluice-error';

/** The parts of a request that may be left out: those for which nothing (or nothing but defaults) is to be said. */
type Omissible<Parts> = { [Part in keyof Parts]: Parts[Part] extends undefined ? Part : Record<never, never> extends Parts[Part] ? Part : never }[keyof Parts];

/**
 * What the caller of an operation gives: `params` for the path, `query`, and `body`; each only where the route has it, and left out
 * where it may be empty.
 */
export type CallRequest<Name extends Operation> =
  Omit<OperationRequest<Name>, Omissible<OperationRequest<Name>>> & Partial<Pick<OperationRequest<Name>, Omissible<OperationRequest<Name>>>>;

/** How one call is made. */
export type CallOptions = {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long one attempt may take. */
  readonly timeoutSeconds?: number;
  /** How often it is tried at the most. */
  readonly maximumAttempts?: number;
  /** Is done only while the resource or deployment has this version (If-Match), else fails with `precondition-failed`. */
  readonly ifMatchVersion?: number;
  /** Names the request, so that repeating it does nothing twice; one is made where the route honours it. */
  readonly idempotencyKey?: string;
  /** Says that doing it twice is as good as once, where the route alone does not tell; it is then repeated after a failure. */
  readonly repeatable?: boolean;
  /** 32 hexadecimal digits that name the request in the server's logs (the trace id of W3C Trace Context). */
  readonly traceId?: string;
};

/** A request as it goes out; `repeatable` says whether sending it twice is as good as once. */
export type HttpRequest = {
  readonly method: Route['method'];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly repeatable: boolean;
};

/** A request whose parts are not told apart by operation; what `CallRequest` is for each. */
export type LooseRequest = { readonly params?: object; readonly query?: object; readonly body?: unknown };

/**
 * Makes the HTTP request of an operation.
 * @throws SluiceError `malformed-request` when a part of the path is missing or cannot be one; nothing was sent then.
 */
export function buildRequest(settings: Settings, operation: Operation, given: { readonly request: LooseRequest; readonly options: CallOptions }): HttpRequest {
  const route: Route = routes[operation];
  const { request, options } = given;
  const body = route.body === null ? undefined : JSON.stringify(request.body ?? {});
  const idempotencyKey = route.idempotent ? (options.idempotencyKey ?? randomUUID()) : options.idempotencyKey;
  return {
    method: route.method,
    url: urlOf(settings.url, pathOf(route, request.params ?? {}), request.query ?? {}),
    headers: {
      accept: 'application/json, application/problem+json, text/plain;q=0.9, */*;q=0.1',
      'user-agent': settings.userAgent,
      ...(settings.key === undefined || route.permission === 'public' ? {} : { authorization: `Bearer ${settings.key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(options.ifMatchVersion === undefined ? {} : { 'if-match': `"${options.ifMatchVersion}"` }),
      ...(options.traceId === undefined ? {} : { traceparent: `00-${options.traceId}-${options.traceId.slice(0, 16)}-01` }),
    },
    body,
    repeatable: options.repeatable ?? (route.method !== 'POST' || idempotencyKey !== undefined),
  };
}

function pathOf(route: Route, params: object): string {
  const fits = route.params.safeParse(params);
  if (!fits.success) {
    const errors = fieldErrorsOf(fits.error, params);
    throw SluiceError.of('malformed-request', 'nothing was sent', { errors });
  }
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(name, fits.data[name]));
}

/** One part of a path. An address with `.` or `..` in it would be another address. */
function segment(name: string, value: unknown): string {
  const text = String(value);
  if (text !== '' && text !== '.' && text !== '..') return encodeURIComponent(text);
  throw SluiceError.of('malformed-request', 'nothing was sent', { errors: [{ field: name, rule: 'must be a name', value: text }] });
}

function urlOf(server: URL, path: string, query: object): URL {
  const url = new URL(server.href);
  url.pathname = `${server.pathname.replace(/\/+$/, '')}${path}`;
  url.search = '';
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
