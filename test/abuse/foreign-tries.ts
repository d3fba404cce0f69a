import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { role } from '#contracts/roles';
import type { Role } from '#contracts/roles';
import { pathOf } from '#test/standalone/server/matrix-system';
import type { Subjects } from '#test/standalone/server/matrix-system';

import type { Asked } from './in-process-call.ts';

/** Things by which a request can point at another tenant: names and ids, a cursor that its lists gave, an idempotency key that it used. */
export type Pointers = { readonly subjects: Subjects; readonly cursors: { readonly [operation: string]: string }; readonly idempotencyKey: string };

/** The same request about something foreign, and about something that never was. */
export type Try = { readonly operation: string; readonly role: Role; readonly variation: string; readonly foreign: Asked; readonly unknown: Asked };

/** Our own things, as the examples of the route table name them. */
const OURS: Subjects = { applications: 'shop', releases: '1.4.2', environments: 'production', targets: 'edge-1', 'analysis-templates': 'error-rate', deployments: 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n', keys: 'key-01kaj3zv6w', secrets: 'database-password', tenants: 'default' };

/** What a filter of a list is about. */
const FILTERED: { readonly [field: string]: (subjects: Subjects) => string } = {
  application: (subjects) => subjects.applications, environment: (subjects) => subjects.environments, target: (subjects) => subjects.targets,
  prefix: (subjects) => subjects.secrets, label: (subjects) => `team=${subjects.applications}`, stream: (subjects) => `deployment/${subjects.deployments}`,
};

/** Ways to point at a thing with a route. One that a route does not know gives nothing. */
const VARIATIONS: { readonly [name: string]: (route: Route, operation: string, pointers: Pointers) => Partial<Asked> | undefined } = {
  'by its name': (route) => (route.path.includes('{') || route.body !== null ? {} : undefined),
  'at a version': (route) => (route.versioned && route.method !== 'GET' ? { headers: { 'if-match': '"1"' } } : undefined),
  'at any version': (route) => (route.versioned && route.method !== 'GET' ? { headers: { 'if-match': '*' } } : undefined),
  'by its name in percent': (route, _operation, { subjects }) => (route.path.includes('{') ? { path: inPercent(pathOf(route, subjects), route) } : undefined),
  'below our own': (route, _operation, { subjects }) => (twice(route) ? { path: pathOf(route, { ...subjects, applications: OURS.applications }) } : undefined),
  'above our own': (route, _operation, { subjects }) => (twice(route) ? { path: pathOf(route, { ...subjects, releases: OURS.releases }) } : undefined),
  'by a filter': (route, _operation, { subjects }) => {
    const fields = Object.entries(FILTERED).filter(([name]) => Object.hasOwn(route.query.shape, name)).map(([name, of]): [string, string] => [name, of(subjects)]);
    return fields.length === 0 ? undefined : { query: new URLSearchParams(fields).toString() };
  },
  'by a cursor': (_route, operation, { cursors }) => (cursors[operation] === undefined ? undefined : { query: new URLSearchParams({ cursor: cursors[operation] }).toString() }),
  'by an idempotency key': (route, _operation, { idempotencyKey }) => (route.idempotent ? { headers: { 'idempotency-key': idempotencyKey } } : undefined),
};

/**
 * All routes × all roles × all things × all ways to point at them. An operator manages tenants, so to it none of them is foreign. What makes
 * something comes last, since ours may bear any name that a foreign one has.
 */
export function triesOf(pairs: readonly { readonly foreign: Pointers; readonly unknown: Pointers }[]): readonly Try[] {
  const entries = Object.entries<Route>(routes).filter(([, route]) => route.permission !== 'public');
  const all = entries.flatMap(([operation, route]) => role.options.filter((one) => one !== 'operator' || route.permission !== 'tenant:manage').flatMap((one) => pairs.flatMap(({ foreign, unknown }) => (
    Object.entries(VARIATIONS).flatMap(([variation, vary]) => {
      const [theirs, nobodys] = [vary(route, operation, foreign), vary(route, operation, unknown)];
      return theirs === undefined || nobodys === undefined ? [] : [{ operation, role: one, variation, foreign: requestOf(route, foreign, theirs), unknown: requestOf(route, unknown, nobodys), makes: route.method === 'PUT' || !route.path.includes('{') }];
    })
  ))));
  return [...all.filter(({ makes }) => !makes), ...all.filter(({ makes }) => makes)];
}

function requestOf(route: Route, { subjects }: Pointers, more: Partial<Asked>): Asked {
  const claim = route.permission === 'target:serve' && route.method === 'GET' ? { query: 'instance=b9f1c7d2-4a6e&epoch=1' } : {};
  return { method: route.method, path: pathOf(route, subjects), ...claim, ...(route.body === null ? {} : { body: named(route.examples?.body, subjects) }), ...more };
}

/** An example that names these things in place of ours. */
function named(example: unknown, subjects: Subjects): unknown {
  const ours = new Map(Object.entries(OURS));
  const renamed = new Map(Object.entries(subjects).map(([plural, name]) => [ours.get(plural), name]));
  return JSON.parse(JSON.stringify(example), (_key, value: unknown) => (typeof value === 'string' ? (renamed.get(value) ?? value) : value));
}

function twice(route: Route): boolean {
  return route.path.split('{').length > 2;
}

/** Encodes each character of the names in a path, as RFC 3986 lets any be. */
function inPercent(path: string, route: Route): string {
  const pattern = route.path.split('/');
  return path.split('/').map((part, index) => (pattern[index]?.startsWith('{') ? Buffer.from(part).toString('hex').replaceAll(/../g, (byte) => `%${byte}`) : part)).join('/');
}
