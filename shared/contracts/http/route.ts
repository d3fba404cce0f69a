import * as z from 'zod';

import type { ErrorCode } from '#contracts/errors';
import type { Permission } from '#contracts/roles';

/**
 * One route. All that is known of it stands here: the server, API Gateway, the OpenAPI document, the client library's types,
 * the permission tests and the documentation are derived from it.
 */
export type Route = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** A path with `{name}` parameters. */
  readonly path: string;
  /** `public` needs no key; `key` needs any valid key; else the permission. */
  readonly permission: Permission | 'public' | 'key';
  readonly summary: string;
  readonly description?: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly status: 200 | 201 | 202 | 204;
  readonly response: z.ZodType;
  /** The media type of the answer; all but JSON is text as it stands. */
  readonly mediaType: 'application/json' | 'text/plain' | 'text/html';
  /** Where secrets are: in the `request` (its values are never echoed), in the `answer` (never stored as it stands), or in neither. */
  readonly secret: 'none' | 'request' | 'answer';
  /** Whether `Idempotency-Key` is honoured (all POST routes that make something). */
  readonly idempotent: boolean;
  /** Whether the answer carries an ETag and `If-Match` is honoured. */
  readonly versioned: boolean;
  /** The list in the body of which each item is taken from the tenant's limit of such items, beside the request itself. */
  readonly cost: 'samples' | null;
  /** The problems it may answer with, beside those that every route may have. */
  readonly problems: readonly ErrorCode[];
  /** Examples for the OpenAPI document; they fit the schemas (a test says so). */
  readonly examples?: { readonly body?: unknown; readonly response?: unknown };
};

const routeDefaults = {
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: null,
  status: 200,
  mediaType: 'application/json',
  secret: 'none',
  idempotent: false,
  versioned: false,
  cost: null,
  problems: [],
} as const;

type Defaults = typeof routeDefaults;
type Particular = Partial<Route> & Pick<Route, 'method' | 'path' | 'permission' | 'summary' | 'response'>;

/** Makes a route of what is particular to it; the rest are the defaults. */
export function route<const Given extends Particular>(given: Given): Omit<Defaults, keyof Given> & Given {
  return { ...routeDefaults, ...given };
}

/** A page of a list: `cursor` is opaque, signed, and bound to tenant and filter. */
export const pageQuery = { limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(2048).optional() };

/** A filter of lists that are in the order of names: only those that begin with this. */
export const namePrefix = z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 lower-case letters, digits or hyphens').optional().meta({ example: 'shop-' });

/** The answer of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().optional() });
}
