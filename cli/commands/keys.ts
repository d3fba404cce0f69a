import { tenantRole } from '#contracts/http/tenant-routes';
import type { OperationOutput } from '#contracts/http/routes';

import { command } from '../command.ts';
import type { Command, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { listings } from '../listings.ts';
import { orDash } from '../words.ts';
import { filterOptions, pageOptions, showList } from './list.ts';

/** The longest name a key may have. Source: RFC 1123 labels, as all names of resources. */
const LONGEST_NAME = 63;

const createKeyCommand = command({
  path: ['keys', 'create'],
  summary: 'Make an API key; its value is shown this once',
  arguments: { name: { description: 'what it is called (its role, for an agent with its target)', optional: true } },
  options: {
    role: { type: 'text', placeholder: 'ROLE', required: true, choices: tenantRole.options, description: 'what it may do' },
    target: { type: 'text', placeholder: 'NAME', description: 'the target that an agent\'s key is bound to' },
    expiresInDays: { type: 'number', placeholder: 'DAYS', minimum: 1, maximum: 3650, description: 'when it ends (never)' },
  },
  examples: [
    { command: 'sluice keys create ci --role deployer --expires-in-days 90', does: 'make a key for a pipeline' },
    { command: 'sluice keys create --role agent --target cluster-a', does: 'make the key of a target\'s agent' },
  ],
  json: 'the key with its value in `key`.',
  run: async (surroundings, { arguments: { name }, options: { role, target, expiresInDays } }) => {
    const called = name ?? (target === undefined ? role : `${role}-${target}`.slice(0, LONGEST_NAME).replace(/-+$/, ''));
    const body = { name: called, role, ...(target === undefined ? {} : { target }), ...(expiresInDays === undefined ? {} : { expiresInDays }) };
    const answer = await surroundings.client().exchange('createKey', { body }, { signal: surroundings.signal });
    showCreatedKey(surroundings, answer);
    return outcomes.done.exitCode;
  },
});

const listKeysCommand = command({
  path: ['keys', 'list'],
  summary: 'List API keys, without their values',
  arguments: {},
  options: { role: { ...filterOptions.role, choices: tenantRole.options }, target: { ...filterOptions.target, description: 'keys that are bound to this target' }, ...pageOptions },
  examples: [{ command: 'sluice keys list', does: 'show which keys there are and when they were last used' }, { command: 'sluice keys list --target cluster-a', does: 'show the keys of a target\'s agent' }],
  json: 'the page `{items, nextCursor?}`; with --all one page with all keys.',
  run: async (surroundings, { options: { all, ...wanted } }) => {
    await showList(surroundings, listings.keys, { wanted, all });
    return outcomes.done.exitCode;
  },
});

const revokeKeyCommand = command({
  path: ['keys', 'revoke'],
  summary: 'Revoke an API key; its connections close within a minute',
  arguments: { id: { description: 'the key\'s id, as `keys list` shows it' } },
  options: {},
  examples: [{ command: 'sluice keys revoke key-01kaj3zv6w8y2r9d4x5b7c1m0n', does: 'end a key' }],
  json: 'the API\'s answer, `null`.',
  run: async ({ client, output, signal }, { arguments: { id } }) => {
    const { unchanged } = await client().exchange('revokeKey', { params: { id } }, { signal });
    output.answer(unchanged, () => [`key ${id} revoked`]);
    return outcomes.done.exitCode;
  },
});

export const keyCommands: readonly Command[] = [createKeyCommand, listKeysCommand, revokeKeyCommand];

/** Shows a key at the only moment at which its value is known: the value alone on standard output, so that it can be taken from there. */
export function showCreatedKey({ output }: Surroundings, { body, unchanged }: { readonly body: OperationOutput<'createKey'>; readonly unchanged: unknown }): void {
  if (!output.json) output.note([...output.pairs([['id', body.id], ['name', body.name], ['role', body.role], ['target', orDash(body.target)], ['expires', body.expiresAt ?? 'never']]), 'the key, shown this once:'].join('\n'));
  output.answer(unchanged, () => [body.key]);
}
