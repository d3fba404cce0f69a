import { beforeAll, describe, expect, it } from 'vitest';

import type { Route } from '#contracts/http/route';
import { routes } from '#contracts/http/routes';
import { role, rolePermissions } from '#contracts/roles';
import type { Role } from '#contracts/roles';
import { topic, topicPermissions } from '#contracts/stream';
import type { Topic } from '#contracts/stream';

import { call, pathOf, subscribe, UNKNOWN } from './matrix-system.ts';
import type { MatrixSystem, Subjects } from './matrix-system.ts';

const table: readonly (readonly [string, Route])[] = Object.entries(routes);
const keyed = table.filter(([, route]) => route.permission !== 'public');

/** Routes that could show something foreign: they name it in the path, and do not make it when it is not there. */
const foreignRoutes = table.filter(([, route]) => route.path.includes('{') && route.method !== 'PUT' && route.permission !== 'tenant:manage');

/**
 * Tries every route and every topic with no key, a wrong key, each role, and another tenant's things. Knows the server by its address
 * alone, so that it holds for any engine. Some gateways refuse a request without a key by themselves, with a status of their own.
 */
export function describeAccess(open: () => Promise<MatrixSystem>, statusesWithoutKey: readonly number[] = [401]): void {
  let system: MatrixSystem;
  beforeAll(async () => { system = await open(); });

  const ask = async (route: Route, given: { readonly subjects?: Subjects; readonly key?: string; readonly body?: unknown }) => await call(system.url, {
    method: route.method, path: `${pathOf(route, given.subjects ?? UNKNOWN)}${route.permission === 'target:serve' && route.method === 'GET' ? '?instance=b9f1c7d2-4a6e&epoch=1' : ''}`,
    ...(given.key === undefined ? {} : { key: given.key }), ...(route.body === null ? {} : { body: given.body ?? route.examples?.body }),
  });

  describe('every route', () => {
    it.each(keyed)('of operation %s needs a key that is known', async (_name, route) => {
      expect(statusesWithoutKey).toContain((await ask(route, {})).status);
      expect((await ask(route, { key: 'slk_wrong' })).status).toBe(401);
    });

    it.each(keyed)('of operation %s lets in the roles that have its permission and no others', async (_name, route) => {
      const found = await Promise.all(role.options.map(async (one) => [one, entrance((await ask(route, { key: system.keys[one] })).status)]));
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(role.options.map((one) => [one, mayUse(one, route) ? 'let in' : 'forbidden'])));
    });

    it.each(table.filter(([, route]) => route.permission === 'public'))('of operation %s answers without a key where it is public', async (_name, route) => {
      expect((await ask(route, {})).status).toBe(200);
    });

    it.each(foreignRoutes)('of operation %s answers alike for what is foreign and what is unknown', async (_name, route) => {
      for (const one of role.options.filter((each) => mayUse(each, route))) {
        const [foreign, unknown] = [await ask(route, { key: system.keys[one], subjects: system.foreign }), await ask(route, { key: system.keys[one] })];
        expect(foreign.status).toBe(unknown.status);
        expect(withoutNames(foreign.text, system.foreign)).toBe(withoutNames(unknown.text, UNKNOWN));
        expect(route.problems.includes('not-found') ? unknown.status : 404).toBe(404);
      }
    });

    it.each(table.filter(([, route]) => namesDeployment(route)))('of operation %s answers alike for what a body names', async (_name, route) => {
      const bodyOf = (subjects: Subjects) => ({ application: subjects.applications, release: subjects.releases, environment: subjects.environments });
      for (const one of role.options.filter((each) => mayUse(each, route))) {
        const [foreign, unknown] = [await ask(route, { key: system.keys[one], body: bodyOf(system.foreign) }), await ask(route, { key: system.keys[one], body: bodyOf(UNKNOWN) })];
        expect(foreign.status).toBe(unknown.status);
        expect(withoutNames(foreign.text, system.foreign)).toBe(withoutNames(unknown.text, UNKNOWN));
      }
    });
  });

  describe('every topic', () => {
    it.each(topic.options.map((option) => option.shape.kind.value))('%s lets in the roles that have its permission and no others', async (kind) => {
      const found = await Promise.all(role.options.map(async (one) => [one, (await subscribe(system, system.keys[one], topicOf(kind, UNKNOWN))).outcome]));
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(role.options.map((one) => [one, expectedOutcome(one, kind)])));
    });

    it.each(['deployment', 'environment', 'work'] as const)('%s answers alike for what is foreign and what is unknown', async (kind) => {
      const [foreign, unknown] = await Promise.all([system.foreign, UNKNOWN].map(async (subjects) => {
        const { outcome, detail } = await subscribe(system, system.keys[kind === 'work' ? 'agent' : 'viewer'], topicOf(kind, subjects));
        return { outcome, detail: withoutNames(detail, subjects) };
      }));
      expect(foreign?.outcome).toBe('not-found');
      expect(foreign).toEqual(unknown);
    });
  });
}

function mayUse(one: Role, route: Route): boolean {
  return route.permission === 'key' || route.permission === 'public' || rolePermissions[one].includes(route.permission);
}

function entrance(status: number): string {
  if (status === 403) return 'forbidden';
  return status === 401 || status === 429 || status >= 500 ? `status ${status}` : 'let in';
}

function namesDeployment(route: Route): boolean {
  return route.body === routes.requestDeployment.body;
}

/** An operator has nothing to subscribe to, so its connection is refused already. */
function expectedOutcome(one: Role, kind: Topic['kind']): string {
  if (!rolePermissions[one].includes('ticket:create')) return 'status 403';
  if (!rolePermissions[one].includes(topicPermissions[kind])) return 'forbidden';
  return kind === 'tenant' ? 'subscribed' : 'not-found';
}

function topicOf(kind: Topic['kind'], subjects: Subjects): Topic {
  switch (kind) {
    case 'tenant':
      return { kind };
    case 'deployment':
      return { kind, deployment: subjects.deployments };
    case 'environment':
      return { kind, environment: subjects.environments };
    case 'work':
      return { kind, target: subjects.targets };
  }
}

/** An answer may repeat the names that it was asked for, and has a trace of its own. */
function withoutNames(text: string, subjects: Subjects): string {
  const named = Object.values(subjects).toSorted((one, other) => other.length - one.length);
  return named.reduce((left, name) => left.replaceAll(name, '…'), text).replaceAll(/"traceId":"[^"]*"/g, '"traceId":"…"');
}
