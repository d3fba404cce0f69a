import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { role, rolePermissions } from '#contracts/roles';
import type { Role } from '#contracts/roles';

/** The value of a key of each role. */
export type KeysByRole = { readonly [R in Role]: string };

/** A role that may use a route: the first of the table, which begins with the tenant's admin. */
export function roleFor(route: Route): Role {
  if (route.permission === 'public' || route.permission === 'key') return 'admin';
  const { permission } = route;
  const found = role.options.find((one) => rolePermissions[one].includes(permission));
  if (found === undefined) throw new Error(`no role may use ${route.method} ${route.path}`);
  return found;
}

/**
 * The settings of Schemathesis (TOML): every operation is called with a key that may use it. What fits the schema may still break a rule (422) or
 * meet another version (412); those are no acceptances, but answers that the document has.
 */
export function fuzzSettings(hooksFile: string, keys: KeysByRole): string {
  const text = JSON.stringify;
  const operations = Object.entries<Route>(routes).filter(([, route]) => route.permission !== 'public' && roleFor(route) !== 'admin');
  return `hooks = ${text(hooksFile)}
continue-on-failure = true
headers = { Authorization = ${text(`Bearer ${keys.admin}`)} }

[generation]
database = "none"

[checks]
max_response_time = 5.0

[checks.positive_data_acceptance]
enabled = false
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 431]

${operations.map(([name, route]) => `[[operations]]
include-operation-id = ${text(name)}
headers = { Authorization = ${text(`Bearer ${keys[roleFor(route)]}`)} }
`).join('\n')}
# A key that was revoked is still shown, with the moment of that.
[[operations]]
include-operation-id = "getKey"
checks.use_after_free.enabled = false
`;
}
