import * as z from 'zod';

import { boundsInWords } from '#contracts/bounds';
import { namePrefix, pageOf, pageQuery, route } from '#contracts/http/route';
import { role } from '#contracts/roles';
import { apiKeyView, createdApiKey, secretView, tenantView } from '#contracts/views';
import { resourceName } from '#domain/resources/names';

const named = z.strictObject({ name: resourceName });
const identified = z.strictObject({ id: z.string().max(64) });
const secretValue = z.strictObject({ value: z.string().min(1).max(65_536) });

/** The roles that a key of a tenant may have. */
export const tenantRole = role.exclude(['operator']);

/** A key to be made; a key of role `agent` is bound to a target. */
export const apiKeyRequest = z.strictObject({
  name: resourceName,
  role: tenantRole,
  target: resourceName.optional(),
  expiresInDays: z.int().min(1).max(3650).optional(),
});

const createdAt = '2026-11-21T13:42:52.000Z';
const keyExample = { id: 'key-01kaj3zv6w', name: 'ci', prefix: 'slk_9f2c', role: 'deployer', target: null, createdAt, expiresAt: null, lastUsedAt: null, revokedAt: null } as const;
const createdKeyExample = { ...keyExample, key: 'slk_9f2c… (shown this once)' } as const;
const secretExamples = { body: { value: 'correct horse battery staple' }, response: { name: 'database-password', version: 2, createdAt, updatedAt: createdAt } } as const;
const tenantExample = { name: 'default', createdAt } as const;

/** The routes of keys, secrets and tenants. */
export const tenantRoutes = {
  createKey: route({ method: 'POST', path: '/v1/keys', permission: 'key:manage', summary: 'Make an API key; its value is shown this once', description: boundsInWords('ApiKey'), body: apiKeyRequest, status: 201, response: createdApiKey, idempotent: true, problems: ['conflict', 'rule-broken', 'unknown-reference'], secret: 'answer', examples: { body: { name: 'ci', role: 'deployer' }, response: createdKeyExample } }),
  listKeys: route({ method: 'GET', path: '/v1/keys', permission: 'key:manage', summary: 'List API keys, without their values', query: z.strictObject({ ...pageQuery, role: tenantRole.optional(), target: resourceName.optional() }), response: pageOf(apiKeyView), examples: { response: { items: [keyExample] } } }),
  getKey: route({ method: 'GET', path: '/v1/keys/{id}', permission: 'key:manage', summary: 'Get an API key, without its value', params: identified, response: apiKeyView, versioned: true, problems: ['not-found'], examples: { response: keyExample } }),
  revokeKey: route({ method: 'DELETE', path: '/v1/keys/{id}', permission: 'key:manage', summary: 'Revoke an API key; its connections close within a minute', params: identified, status: 204, response: z.null(), versioned: true, problems: ['not-found', 'precondition-failed'] }),
  setSecret: route({ method: 'PUT', path: '/v1/secrets/{name}', permission: 'secret:write', summary: 'Set a secret\'s value; it is never shown', description: boundsInWords('Secret'), params: named, body: secretValue, secret: 'request', response: secretView, versioned: true, problems: ['conflict', 'precondition-failed'], examples: secretExamples }),
  rotateSecret: route({ method: 'POST', path: '/v1/secrets/{name}/rotate', permission: 'secret:write', summary: 'Give a secret a new value; fails when there is none', params: named, body: secretValue, secret: 'request', response: secretView, versioned: true, problems: ['not-found', 'precondition-failed'], examples: secretExamples }),
  getSecret: route({ method: 'GET', path: '/v1/secrets/{name}', permission: 'secret:read', summary: 'Get what is known of a secret, never its value', params: named, response: secretView, versioned: true, problems: ['not-found'], examples: { response: secretExamples.response } }),
  listSecrets: route({ method: 'GET', path: '/v1/secrets', permission: 'secret:read', summary: 'List secrets, without their values', query: z.strictObject({ ...pageQuery, prefix: namePrefix }), response: pageOf(secretView), examples: { response: { items: [secretExamples.response] } } }),
  deleteSecret: route({ method: 'DELETE', path: '/v1/secrets/{name}', permission: 'secret:write', summary: 'Delete a secret', params: named, status: 204, response: z.null(), versioned: true, problems: ['not-found', 'in-use', 'precondition-failed'] }),
  putTenant: route({ method: 'PUT', path: '/v1/tenants/{name}', permission: 'tenant:manage', summary: 'Make a tenant', params: named, body: z.strictObject({}), response: tenantView, versioned: true, problems: ['rule-broken', 'precondition-failed'], examples: { body: {}, response: tenantExample } }),
  getTenant: route({ method: 'GET', path: '/v1/tenants/{name}', permission: 'tenant:manage', summary: 'Get a tenant', params: named, response: tenantView, versioned: true, problems: ['not-found'], examples: { response: tenantExample } }),
  listTenants: route({ method: 'GET', path: '/v1/tenants', permission: 'tenant:manage', summary: 'List tenants', query: z.strictObject({ ...pageQuery, prefix: namePrefix }), response: pageOf(tenantView), examples: { response: { items: [tenantExample] } } }),
  deleteTenant: route({ method: 'DELETE', path: '/v1/tenants/{name}', permission: 'tenant:manage', summary: 'Delete a tenant: its keys stop working', params: named, status: 204, response: z.null(), versioned: true, problems: ['not-found', 'in-use', 'precondition-failed'] }),
  createTenantKey: route({ method: 'POST', path: '/v1/tenants/{name}/keys', permission: 'tenant:manage', summary: 'Make a tenant\'s first or a new admin key; its value is shown this once', params: named, body: z.strictObject({ name: resourceName.default('admin') }), status: 201, response: createdApiKey, idempotent: true, secret: 'answer', problems: ['not-found'], examples: { body: { name: 'admin' }, response: { ...createdKeyExample, name: 'admin', role: 'admin' } } }),
} as const;
