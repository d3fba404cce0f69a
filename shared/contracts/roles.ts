import * as z from 'zod';

/** The roles of a key. `operator` stands above tenants: it manages them and their first keys and reads nothing of theirs. */
export const role = z.enum(['admin', 'deployer', 'approver', 'viewer', 'agent', 'operator']);

/** What a route or topic asks for. */
export const permission = z.enum([
  'resource:read', 'resource:write', 'deployment:read', 'deployment:create', 'deployment:act', 'deployment:approve', 'deployment:abandon',
  'secret:read', 'secret:write', 'key:manage', 'sample:write', 'target:serve', 'event:read', 'tenant:manage', 'ticket:create',
]);

export type Role = z.infer<typeof role>;
export type Permission = z.infer<typeof permission>;

const reading = ['resource:read', 'deployment:read', 'event:read', 'ticket:create'] as const;

/** Which role may do what. */
export const rolePermissions: { readonly [R in Role]: readonly Permission[] } = {
  admin: [...reading, 'resource:write', 'deployment:create', 'deployment:act', 'deployment:approve', 'deployment:abandon', 'secret:read', 'secret:write', 'key:manage', 'sample:write'],
  deployer: [...reading, 'resource:write', 'deployment:create', 'deployment:act', 'secret:read', 'sample:write'],
  approver: [...reading, 'deployment:approve'],
  viewer: reading,
  agent: ['target:serve', 'sample:write', 'ticket:create'],
  operator: ['tenant:manage'],
};
