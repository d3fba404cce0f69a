import { randomBytes } from 'node:crypto';

import { WebSocket } from 'ws';
import * as z from 'zod';

import { resourceExamples } from '#contracts/http/resource-examples';
import { accepted } from '#contracts/http/deployment-routes';
import type { Route } from '#contracts/http/route';
import { role } from '#contracts/roles';
import type { Role } from '#contracts/roles';
import { serverMessage } from '#contracts/stream';
import { createdApiKey } from '#contracts/views';

/** The things that a path names, by the part of the path before them. */
export type Subjects = { readonly [plural in 'applications' | 'releases' | 'environments' | 'targets' | 'analysis-templates' | 'deployments' | 'keys' | 'secrets' | 'tenants']: string };

/** A running server, a key of each role in one tenant (the operator's above), and things of another tenant. */
export type MatrixSystem = { readonly url: string; readonly streamUrl: string; readonly keys: { readonly [R in Role]: string }; readonly foreign: Subjects };

/** Names that nobody has ever used. */
export const UNKNOWN: Subjects = {
  applications: 'unknown-application', releases: '9.9.9-unknown', environments: 'unknown-environment', targets: 'unknown-target', 'analysis-templates': 'unknown-template',
  deployments: `dep-${'9'.repeat(26)}`, keys: `key-${'9'.repeat(26)}`, secrets: 'unknown-secret', tenants: 'unknown-tenant',
};

/** What the other tenant has. */
const THEIRS: Named = { applications: 'their-application', releases: '7.7.7', environments: 'their-environment', targets: 'their-target', 'analysis-templates': 'their-template', secrets: 'their-secret' };

/** The path of a route with these things in it. */
export function pathOf(route: Route, subjects: Subjects): string {
  const named: ReadonlyMap<string, string> = new Map(Object.entries(subjects));
  return route.path.replaceAll(/([a-z-]+)\/\{\w+\}/g, (_match, plural: string) => `${plural}/${named.get(plural) ?? 'nothing'}`);
}

/** A request as a program makes it; the answer's status and text. */
export async function call(url: string, given: { readonly method: string; readonly path: string; readonly key?: string; readonly body?: unknown }): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { ...(given.key === undefined ? {} : { authorization: `Bearer ${given.key}` }), ...(given.body === undefined ? {} : { 'content-type': 'application/json' }) };
  const response = await fetch(`${url}${given.path}`, { method: given.method, headers, ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }) });
  return { status: response.status, text: await response.text() };
}

/** Opens a connection and asks for one topic. Answers what came of it: the answer's type or error code and detail, or `status` of a refused connection. */
export async function subscribe(system: MatrixSystem, key: string, topic: unknown): Promise<{ readonly outcome: string; readonly detail: string }> {
  const socket = new WebSocket(system.streamUrl, { headers: { authorization: `Bearer ${key}` } });
  try {
    return await new Promise((resolve, reject) => {
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        resolve({ outcome: `status ${response.statusCode ?? 0}`, detail: '' });
      });
      socket.once('error', reject);
      socket.once('open', () => socket.send(JSON.stringify({ type: 'subscribe', id: 'one', topic })));
      socket.once('message', (data) => {
        const message = serverMessage.parse(JSON.parse(data.toString()));
        resolve(message.type === 'error' ? { outcome: message.code, detail: message.detail } : { outcome: message.type, detail: '' });
      });
    });
  } finally {
    socket.on('error', () => undefined);
    socket.terminate();
  }
}

/**
 * Makes all that the matrix needs over HTTP, with an operator's key: two new tenants, a key of each role in the one, and one of
 * everything in the other.
 */
export async function prepareMatrix(url: string, operatorKey: string): Promise<MatrixSystem> {
  const tenantKey = async (tenant: string) => {
    await done(url, { method: 'PUT', path: `/v1/tenants/${tenant}`, key: operatorKey, body: {} });
    return createdApiKey.parse(await done(url, { method: 'POST', path: `/v1/tenants/${tenant}/keys`, key: operatorKey, body: {} })).key;
  };
  const suffix = randomBytes(4).toString('hex');
  const [ours, theirs] = [`ours-${suffix}`, `theirs-${suffix}`];
  const admin = await tenantKey(ours);
  await done(url, { method: 'PUT', path: '/v1/targets/edge-1', key: admin, body: resourceExamples.target.body });
  const keys = new Map<Role, string>([['admin', admin], ['operator', operatorKey]]);
  for (const one of role.options) {
    if (keys.has(one)) continue;
    const body = { name: `our-${one}`, role: one, ...(one === 'agent' ? { target: 'edge-1' } : {}) };
    keys.set(one, createdApiKey.parse(await done(url, { method: 'POST', path: '/v1/keys', key: admin, body })).key);
  }
  const of = (one: Role) => keys.get(one) ?? '';
  const { streamUrl } = z.looseObject({ streamUrl: z.string() }).parse(await done(url, { method: 'GET', path: '/v1', key: admin }));
  return {
    url, streamUrl, foreign: { ...await putOneOfEverything(url, await tenantKey(theirs), THEIRS), tenants: theirs },
    keys: { admin, operator: operatorKey, deployer: of('deployer'), approver: of('approver'), viewer: of('viewer'), agent: of('agent') },
  };
}

/** The names of things that are made under them; the ids of keys and deployments are given. */
export type Named = Omit<Subjects, 'tenants' | 'keys' | 'deployments'>;

/** One of everything, under names that the other tenant does not use. Answers what it is found by. */
export async function putOneOfEverything(url: string, key: string, names: Named): Promise<Omit<Subjects, 'tenants'>> {
  const put = async (path: string, body: unknown) => await done(url, { method: 'PUT', path: `/v1/${path}`, key, body });
  const named = (body: { readonly spec: object }, name: string, spec: object = {}) => ({ ...body, metadata: { name }, spec: { ...body.spec, ...spec } });
  const { applications, releases, environments, targets, 'analysis-templates': templates, secrets } = names;
  await put(`targets/${targets}`, named(resourceExamples.target.body, targets));
  await put(`analysis-templates/${templates}`, named(resourceExamples.analysisTemplate.body, templates));
  await put('secrets/database-password', { value: 'theirs' });
  await put(`applications/${applications}`, named(resourceExamples.application.body, applications));
  await put(`environments/${environments}`, named(resourceExamples.environment.body, environments, { waves: [{ targets: [targets] }], strategies: {}, freezes: [] }));
  await put(`applications/${applications}/releases/${releases}`, named(resourceExamples.release.body, releases, { application: applications }));
  await put(`secrets/${secrets}`, { value: 'theirs' });
  const madeKey = createdApiKey.parse(await done(url, { method: 'POST', path: '/v1/keys', key, body: { name: 'their-key', role: 'viewer' } }));
  const deployment = accepted.parse(await done(url, { method: 'POST', path: '/v1/deployments', key, body: { application: applications, release: releases, environment: environments } }));
  return { ...names, deployments: deployment.id, keys: madeKey.id };
}

/** A request that must be done; its answer. */
export async function done(url: string, given: Parameters<typeof call>[1]): Promise<unknown> {
  const { status, text } = await call(url, given);
  if (status >= 300) throw new Error(`${given.method} ${given.path} was answered with ${status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
