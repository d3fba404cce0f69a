import * as z from 'zod';

import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { createdApiKey } from '#contracts/views';
import { until } from '#test/end-to-end/until';
import { done, prepareMatrix, putOneOfEverything } from '#test/standalone/server/matrix-system';
import type { WholeSystem } from '#test/standalone/server/whole-system';

import type { Pointers } from './foreign-tries.ts';
import type { KeysByRole } from './fuzz-settings.ts';
import { putExamples } from './fuzzed-shop.ts';
import { ask, asked } from './in-process-call.ts';

/** A tenant of ours with a key of each role, another tenant's admin key, and what can be pointed at, beside what never was. */
export type TwoTenants = { readonly keys: KeysByRole; readonly theirKey: string; readonly pairs: readonly { readonly foreign: Pointers; readonly unknown: Pointers }[] };

/** The other tenant. */
export const THEIR_TENANT = 'neighbours';

/** Makes both tenants, and as many of everything in the other. */
export async function prepareTwoTenants(system: WholeSystem, count: number): Promise<TwoTenants> {
  const { url, operatorKey } = system;
  const { keys } = await prepareMatrix(url, operatorKey);
  await putExamples(url, keys.admin);
  await done(url, { method: 'PUT', path: `/v1/tenants/${THEIR_TENANT}`, key: operatorKey, body: {} });
  const theirKey = createdApiKey.parse(await done(url, { method: 'POST', path: `/v1/tenants/${THEIR_TENANT}/keys`, key: operatorKey, body: {} })).key;
  const made: Pointers['subjects'][] = [];
  for (let index = 0; index < count; index += 1) made.push({ ...(await putOneOfEverything(url, theirKey, named('their', index))), tenants: THEIR_TENANT });
  for (const { deployments } of made) await untilFailed(system, theirKey, `/v1/deployments/${deployments}`);
  const cursors = await theirCursors(system, theirKey, made[0]?.applications ?? '');
  for (const [index] of made.entries()) await asked(system.api, { method: 'POST', path: '/v1/keys', key: theirKey, headers: { 'idempotency-key': `their-request-${index}` }, body: { name: 'ci', role: 'viewer' } });
  const pairs = made.map((subjects, index) => ({
    foreign: { subjects, cursors, idempotencyKey: `their-request-${index}` },
    unknown: { subjects: { ...named('never', index), deployments: neverMade(subjects.deployments), keys: neverMade(subjects.keys), tenants: 'nobodyhere' }, cursors: madeUp(cursors), idempotencyKey: `never-request-${index}` },
  }));
  return { keys, theirKey, pairs };
}

/** Waits for the end of a deployment to which no agent answers, so that what their system does by itself is over before the tries. */
async function untilFailed({ api }: WholeSystem, key: string, path: string): Promise<void> {
  const state = z.looseObject({ state: z.string() });
  await until(`the end of ${path}`, async () => (state.parse(await asked(api, { method: 'GET', path, key })).state === 'Failed' ? true : undefined));
}

/** Names of one length, whoever's they are: an answer that repeats them is as long as another. */
function named(whose: 'their' | 'never', index: number) {
  return { applications: `${whose}-application-${index}`, releases: `${whose}-7.7.${index}`, environments: `${whose}-environment-${index}`, targets: `${whose}-target-${index}`, 'analysis-templates': `${whose}-template-${index}`, secrets: `${whose}-secret-${index}` };
}

/** An id of the same moment that nobody was given: its chance is another. */
function neverMade(id: string): string {
  return `${id.slice(0, -8)}${id.slice(-8).replaceAll(/./g, (letter) => (letter === '9' ? '8' : '9'))}`;
}

/** Where the other tenant's lists go on after one item, by their operation. */
async function theirCursors(system: WholeSystem, key: string, application: string): Promise<Pointers['cursors']> {
  const lists = Object.entries<Route>(routes).filter(([, route]) => Object.hasOwn(route.query.shape, 'cursor') && route.permission !== 'tenant:manage' && !route.path.includes('{id}'));
  const found = await Promise.all(lists.map(async ([operation, route]) => {
    const { nextCursor } = z.looseObject({ nextCursor: z.string().optional() }).parse(await asked(system.api, { method: 'GET', path: route.path.replace('{application}', application), query: 'limit=1', key }));
    return nextCursor === undefined ? [] : [[operation, nextCursor] as const];
  }));
  return Object.fromEntries(found.flat());
}

function madeUp(cursors: Pointers['cursors']): Pointers['cursors'] {
  return Object.fromEntries(Object.entries(cursors).map(([operation, cursor]) => [operation, cursor.replace(/\.(.)/, (_match, letter: string) => `.${letter === 'A' ? 'B' : 'A'}`)]));
}

/** Everything that the other tenant sees of itself, but when its own key was last used. */
export async function whatTheySee({ api }: WholeSystem, { theirKey, pairs }: TwoTenants): Promise<readonly string[]> {
  const paths = Object.values<Route>(routes).filter((route) => route.method === 'GET' && route.path.startsWith('/v1/') && !route.path.includes('{') && route.permission !== 'tenant:manage').map(({ path }) => path);
  const ofEach = pairs.flatMap(({ foreign: { subjects } }) => [`/v1/deployments/${subjects.deployments}`, `/v1/deployments/${subjects.deployments}/events`, `/v1/targets/${subjects.targets}/status`, `/v1/applications/${subjects.applications}/releases`]);
  const answers = await Promise.all([...paths, ...ofEach].map(async (path) => await ask(api, { method: 'GET', path, key: theirKey })));
  return answers.map(({ body }) => body.replaceAll(/"lastUsedAt":"[^"]*"/g, '"lastUsedAt":"…"'));
}
