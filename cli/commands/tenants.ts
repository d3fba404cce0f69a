import { command } from '../command.ts';
import type { Arguments, Command } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { listings } from '../listings.ts';
import { showCreatedKey } from './keys.ts';
import { filterOptions, pageOptions, showList } from './list.ts';

const named = { name: { description: 'the tenant\'s name' } } as const satisfies Arguments;
const needsOperator = 'Needs the operator\'s key.';

const createTenantCommand = command({
  path: ['tenants', 'create'],
  summary: 'Make a tenant',
  description: needsOperator,
  arguments: named,
  options: {},
  examples: [{ command: 'sluice tenants create payments && sluice tenants key payments', does: 'make a tenant and its first admin key' }],
  json: 'the tenant.',
  run: async ({ client, output, signal }, { arguments: { name } }) => {
    const { body, unchanged } = await client().exchange('putTenant', { params: { name }, body: {} }, { signal });
    output.answer(unchanged, () => [`tenant ${body.name} is there; make its admin key with: sluice tenants key ${body.name}`]);
    return outcomes.done.exitCode;
  },
});

const listTenantsCommand = command({
  path: ['tenants', 'list'],
  summary: 'List tenants',
  description: needsOperator,
  arguments: {},
  options: { prefix: { ...filterOptions.prefix, description: 'tenants whose names begin with this' }, ...pageOptions },
  examples: [{ command: 'sluice tenants list', does: 'show which tenants there are' }],
  json: 'the page `{items, nextCursor?}`; with --all one page with all tenants.',
  run: async (surroundings, { options: { all, ...wanted } }) => {
    await showList(surroundings, listings.tenants, { wanted, all });
    return outcomes.done.exitCode;
  },
});

const deleteTenantCommand = command({
  path: ['tenants', 'delete'],
  summary: 'Delete a tenant: its keys stop working',
  description: needsOperator,
  arguments: named,
  options: {},
  examples: [{ command: 'sluice tenants delete payments', does: 'end a tenant' }],
  json: 'the API\'s answer, `null`.',
  run: async ({ client, output, signal }, { arguments: { name } }) => {
    const { unchanged } = await client().exchange('deleteTenant', { params: { name } }, { signal });
    output.answer(unchanged, () => [`tenant ${name} deleted: its keys do not work any more`]);
    return outcomes.done.exitCode;
  },
});

const tenantKeyCommand = command({
  path: ['tenants', 'key'],
  summary: 'Make a tenant\'s first or a new admin key; its value is shown this once',
  description: needsOperator,
  arguments: named,
  options: { name: { type: 'text', placeholder: 'NAME', description: 'what the key is called (admin)' } },
  examples: [{ command: 'sluice tenants key payments --name first', does: 'make an admin key for a tenant' }],
  json: 'the key with its value in `key`.',
  run: async (surroundings, { arguments: { name }, options }) => {
    const answer = await surroundings.client().exchange('createTenantKey', { params: { name }, body: options.name === undefined ? {} : { name: options.name } }, { signal: surroundings.signal });
    showCreatedKey(surroundings, answer);
    return outcomes.done.exitCode;
  },
});

export const tenantCommands: readonly Command[] = [createTenantCommand, listTenantsCommand, deleteTenantCommand, tenantKeyCommand];
