import { defaultHttpSettings } from '#application/http/exchange';
import { documentBounds, validationBound } from '#contracts/bounds';
import { errors } from '#contracts/errors';
import { routes } from '#contracts/http/routes';
import type { Route } from '#contracts/http/route';
import { messageRate, sampleRate, tenantRate } from '#contracts/rates';
import { rolePermissions } from '#contracts/roles';
import { closeReasons, MAXIMUM_CONNECTIONS_PER_KEY, MAXIMUM_CONNECTIONS_PER_TENANT, MAXIMUM_MESSAGE_BYTES, MAXIMUM_SUBSCRIPTIONS, MAXIMUM_SUBSCRIPTIONS_PER_TENANT, PING_SECONDS } from '#contracts/stream';

/** The page docs/api.md, derived from the tables of routes, roles and errors. */
export function apiPage(): string {
  return `# The HTTP and WebSocket API

This page is generated from the route table by \`npm run docs\`; a running server shows the same, with all schemas, as
\`/openapi.json\` (OpenAPI 3.1) and on the page \`/docs\`.

${conventions()}
${tables()}
${stream()}
${limits()}`;
}

function conventions(): string {
  return `## Conventions

- \`Authorization: Bearer KEY\`. 401: no, unknown, revoked or expired key. 403: the role may not. 404: unknown **or another tenant's**, the same answer.
- Bodies are JSON. 400 names each field that does not fit, the rule and the value; 422 fits the schema but breaks a rule; nothing is changed then.
- Errors are problem documents (RFC 9457, \`application/problem+json\`) with \`code\`, \`detail\`, \`errors\`, \`recoveryActions\`, \`retriable\` and \`traceId\`.
- \`Idempotency-Key\` on POST: the same key and body within 24 h give the same answer; another body 422; one still in flight 409.
- An \`ETag\` is the version (of a target's status, which has none, a digest); \`If-Match\` with another version is 412.
- What acts on a deployment is answered 202 with \`{id, state, version}\`: the state that \`GET\` shows at that version. An abort or a denial is
  recorded at once, and the deployment goes back a moment later, when its state machine has left the step under way: so the answer still says
  \`Progressing\` or \`Paused\`, with the abort as the deployment's \`reason\`, and the event \`RollbackStarted\` makes it \`RollingBack\`. A
  deployment that had not been planned yet is \`Aborted\` in the answer.
- Lists are \`{items, nextCursor?}\` with \`limit\` and \`cursor\`; a cursor is signed and good for the same list and filter only.
- 429 carries \`Retry-After\`. Every answer carries \`x-trace-id\`; a W3C \`traceparent\` is honoured.
`;
}

function tables(): string {
  return `## Routes

| Method and path | Operation | Permission | What it does |
|---|---|---|---|
${table(Object.entries<Route>(routes), ([operation, route]) => `\`${route.method} ${route.path}\` | \`${operation}\` | ${route.permission} | ${route.summary}`)}

## Lists

Each list takes \`limit\` (1 to 200; 50) and \`cursor\`. A filter names an index, and filters go together; a page is full unless it is the last, or unless
two filters together leave nothing of thousands of items: then it is short or empty, and its \`nextCursor\` goes on.

| List | Filters |
|---|---|
${table(Object.values<Route>(routes).filter(isList), (route) => `\`${route.method} ${route.path}\` | ${filtersOf(route).map((name) => `\`${name}\``).join(', ')}`)}

## Roles

| Role | Permissions |
|---|---|
${table(Object.entries(rolePermissions), ([role, permissions]) => `${role} | ${permissions.join(', ')}`)}

An \`agent\` key is bound to one target. An \`operator\` stands above tenants: it manages them and their first keys and reads nothing of theirs.

## Errors

| Code | Status | Exit code | Means |
|---|---|---|---|
${table(Object.entries(errors), ([code, entry]) => `\`${code}\` | ${entry.status} | ${entry.exitCode} | ${entry.title}`)}
`;
}

function stream(): string {
  return `## The stream

\`GET /v1\` gives \`streamUrl\`. Programs send \`Authorization\`; a browser asks \`POST /v1/stream-tickets\` for a ticket that opens one WebSocket
within 30 s (\`?ticket=…\`). Messages are JSON of at most ${MAXIMUM_MESSAGE_BYTES} bytes; a client pings every ${PING_SECONDS} s.

| Client sends | Means |
|---|---|
| \`{"type":"subscribe","id":"a","topic":{"kind":"deployment","deployment":"dep-…"},"cursor":"…"}\` | topics: \`deployment\`, \`environment\`, \`tenant\`, and for a target's agent \`work\`; without a cursor from now on |
| \`{"type":"unsubscribe","id":"a"}\` | no more of that subscription |
| \`{"type":"ping"}\` | answered with \`pong\` |

| Server sends | Means |
|---|---|
| \`subscribed\` | with the cursor from which it goes on |
| \`event\` | with \`cursor\` and \`event\`; (\`stream\`, \`version\`) tells a repetition |
| \`work\` | commands wait for the target: read them over HTTP |
| \`behind\` | the reader was too slow: subscribe again from the cursor |
| \`error\` | with \`code\` and \`detail\` |

| The server closes with | Because |
|---|---|
${table(Object.entries(closeReasons), ([code, reason]) => `${code} | ${reason}`)}

What is no WebSocket at all, such as a frame that is not masked, is closed with 1002, and a text that is not UTF-8 with 1007, as RFC 6455 has it.
`;
}

function limits(): string {
  const { keyRate, guessRate } = defaultHttpSettings;
  const rates = [
    ['requests of a key', keyRate], ['requests of a tenant', tenantRate], ['samples of a tenant, each one by itself', sampleRate], ['messages on one WebSocket', messageRate], ['messages and new WebSockets of a tenant', tenantRate],
    ['wrong keys from one address', guessRate],
  ] as const;
  const atOnce = [
    ['validations of a tenant', validationBound.most, '`rate-limited`'], ['connections of a key', MAXIMUM_CONNECTIONS_PER_KEY, '`rate-limited`'], ['connections of a tenant', MAXIMUM_CONNECTIONS_PER_TENANT, '`rate-limited`'],
    ['subscriptions of a connection', MAXIMUM_SUBSCRIPTIONS, '`conflict`'], ['subscriptions of a tenant', MAXIMUM_SUBSCRIPTIONS_PER_TENANT, '`conflict`'],
  ] as const;
  return `## Limits

They keep one tenant from burdening others. A refusal names the rule and its value; 429 says in \`Retry-After\` when to come again.

| How often | Per second | At once |
|---|---|---|
${table(rates, ([what, { perSecond, burst }]) => `${what} | ${inFigures(perSecond)} | ${inFigures(burst)}`)}

| Under way or open | At most | One more is refused with |
|---|---|---|
${table(atOnce, ([what, most, code]) => `${what} | ${inFigures(most)} | ${code}`)}

One more document than there may be is refused with \`conflict\`; those that are there can still be replaced. Requests that come at the same moment may all
be counted before any of them is written, so a bound can be exceeded by a few.

| Stored | In one | At most | Because |
|---|---|---|---|
${table(Object.values(documentBounds).flat(), ({ many, of, most, why }) => `${many} | ${of} | ${inFigures(most)} | ${why}`)}
`;
}

function inFigures(count: number): string {
  return count.toLocaleString('en');
}

/** The rows of a table, each of the text between its outer bars. */
function table<Row>(rows: readonly Row[], cells: (row: Row) => string): string {
  return rows.map((row) => `| ${cells(row)} |`).join('\n');
}

/** Whether a route answers page by page. */
function isList(route: Route): boolean {
  return Object.hasOwn(route.query.shape, 'cursor');
}

/** What a list is narrowed by. */
function filtersOf(route: Route): readonly string[] {
  return Object.keys(route.query.shape).filter((name) => name !== 'limit' && name !== 'cursor');
}
