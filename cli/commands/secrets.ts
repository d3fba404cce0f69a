import { command } from '../command.ts';
import type { Arguments, Command, Options } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { listings } from '../listings.ts';
import { readSecretValue } from '../secret-value.ts';
import { filterOptions, pageOptions, showList } from './list.ts';

const named = { name: { description: 'the secret\'s name' } } as const satisfies Arguments;

const sources = {
  fromEnv: { type: 'text', placeholder: 'VARIABLE', description: 'take the value from this environment variable' },
  fromFile: { type: 'text', placeholder: 'FILE', description: 'take the value from this file, as it is', completes: 'file' },
} as const satisfies Options;

const whereFrom = 'Without a flag the value is read from standard input (one line\'s end is left out), or asked for in a terminal without being shown. It is never taken from the arguments, which others can read.';
const json = 'what is known of the secret, never its value.';

const setCommand = command({
  path: ['secrets', 'set'],
  summary: 'Set a secret\'s value',
  description: whereFrom,
  arguments: named,
  options: sources,
  examples: [{ command: 'sluice secrets set db-password', does: 'ask for the value' }, { command: 'pass show db | sluice secrets set db-password', does: 'take the value from another program' }],
  json,
  run: async (surroundings, { arguments: { name }, options }) => {
    const value = await readSecretValue(surroundings, options);
    const { body, unchanged } = await surroundings.client().exchange('setSecret', { params: { name }, body: { value } }, { signal: surroundings.signal });
    surroundings.output.answer(unchanged, () => [`secret ${body.name} is set (version ${body.version})`]);
    return outcomes.done.exitCode;
  },
});

const rotateCommand = command({
  path: ['secrets', 'rotate'],
  summary: 'Give a secret a new value; fails when there is none',
  description: whereFrom,
  arguments: named,
  options: sources,
  examples: [{ command: 'sluice secrets rotate db-password --from-env NEW_PASSWORD', does: 'take the new value from the environment' }],
  json,
  run: async (surroundings, { arguments: { name }, options }) => {
    const value = await readSecretValue(surroundings, options);
    const { body, unchanged } = await surroundings.client().exchange('rotateSecret', { params: { name }, body: { value } }, { signal: surroundings.signal });
    surroundings.output.answer(unchanged, () => [`secret ${body.name} is rotated (version ${body.version})`]);
    return outcomes.done.exitCode;
  },
});

const listSecretsCommand = command({
  path: ['secrets', 'list'],
  summary: 'List secrets, without their values',
  arguments: {},
  options: { prefix: { ...filterOptions.prefix, description: 'secrets whose names begin with this' }, ...pageOptions },
  examples: [{ command: 'sluice secrets list', does: 'show which secrets there are' }, { command: 'sluice secrets list --prefix shop-', does: 'show those that begin with shop-' }],
  json: 'the page `{items, nextCursor?}`; with --all one page with all secrets.',
  run: async (surroundings, { options: { all, ...wanted } }) => {
    await showList(surroundings, listings.secrets, { wanted, all });
    return outcomes.done.exitCode;
  },
});

const deleteSecretCommand = command({
  path: ['secrets', 'delete'],
  summary: 'Delete a secret',
  arguments: named,
  options: {},
  examples: [{ command: 'sluice secrets delete db-password', does: 'delete a secret that nobody uses' }],
  json: 'the API\'s answer, `null`.',
  run: async ({ client, output, signal }, { arguments: { name } }) => {
    const { unchanged } = await client().exchange('deleteSecret', { params: { name } }, { signal });
    output.answer(unchanged, () => [`secret ${name} deleted`]);
    return outcomes.done.exitCode;
  },
});

export const secretCommands: readonly Command[] = [setCommand, listSecretsCommand, rotateCommand, deleteSecretCommand];
