import { stringify } from 'yaml';

import type { SluiceClient } from '#client/client';

import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { callsOf, kindOf, resourceWords } from '../kinds.ts';
import { deploymentLines } from '../live/deployment-lines.ts';
import { harmless } from '../paint.ts';
import { UsageError } from '../usage-error.ts';
import { orDash } from '../words.ts';

type Getter = (client: SluiceClient, name: string, surroundings: Surroundings) => Promise<void>;

/** What can be got beside resources. */
const others: { readonly [word: string]: Getter | undefined } = {
  deployment: async (client, id, { output, signal }) => {
    const { body, unchanged } = await client.exchange('getDeployment', { params: { id } }, { signal });
    output.answer(unchanged, () => deploymentLines(body, { paint: output.paint, columns: output.columns(), now: Date.now() }));
  },
  secret: async (client, name, { output, signal }) => {
    const { body, unchanged } = await client.exchange('getSecret', { params: { name } }, { signal });
    output.answer(unchanged, () => output.pairs([['name', body.name], ['version', String(body.version)], ['made', body.createdAt], ['changed', body.updatedAt]]));
  },
  key: async (client, id, { output, signal }) => {
    const { body, unchanged } = await client.exchange('getKey', { params: { id } }, { signal });
    output.answer(unchanged, () => output.pairs([
      ['id', body.id], ['name', body.name], ['role', body.role], ['target', orDash(body.target)], ['prefix', body.prefix], ['made', body.createdAt],
      ['last used', orDash(body.lastUsedAt)], ['expires', body.expiresAt ?? 'never'], ['revoked', orDash(body.revokedAt)],
    ]));
  },
  tenant: async (client, name, { output, signal }) => {
    const { body, unchanged } = await client.exchange('getTenant', { params: { name } }, { signal });
    output.answer(unchanged, () => output.pairs([['name', body.name], ['made', body.createdAt]]));
  },
};

const words = [...resourceWords, ...Object.keys(others)];

export const getCommand = command({
  path: ['get'],
  summary: 'Show one resource, deployment, secret, key or tenant',
  description: 'A resource is shown in YAML, as it can be applied again. Secrets and keys are shown without their values; tenants to the operator.',
  arguments: {
    kind: { description: `one of ${words.join(', ')}`, completes: { suggest: words } },
    name: { description: 'its name; a release is APPLICATION/RELEASE, a deployment or key its id' },
  },
  options: {},
  examples: [
    { command: 'sluice get application shop', does: 'show an application' },
    { command: 'sluice get release shop/1.4.2 --json', does: 'show a release as the API answers it' },
    { command: 'sluice get deployment dep-01kaj3zv6w8y2r9d4x5b7c1m0n', does: 'show how far a deployment is' },
  ],
  json: 'the resource, deployment, secret, key or tenant.',
  run: async (surroundings, { arguments: { kind: word, name } }) => {
    const kind = kindOf(word);
    if (kind === undefined) {
      const getter = others[word.toLowerCase().replace(/s$/, '')];
      if (getter === undefined) throw new UsageError(`unknown kind "${word}"`, words);
      await getter(surroundings.client(), name, surroundings);
      return outcomes.done.exitCode;
    }
    const { body, unchanged } = await callsOf(kind).get(surroundings.client(), name, { signal: surroundings.signal });
    surroundings.output.answer(unchanged, () => {
      const { version, updatedAt, ...document } = body;
      return [`# version ${version}, changed ${updatedAt}`, harmless(stringify(document)).trimEnd()];
    });
    return outcomes.done.exitCode;
  },
});
