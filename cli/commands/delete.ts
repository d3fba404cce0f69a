import { SluiceError } from '#client/sluice-error';

import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { describe, loadDocuments } from '../documents/load-documents.ts';
import { readSources } from '../documents/read-sources.ts';
import { outcomes } from '../exit-codes.ts';
import { callsOf, pathNameOf, resourceKindOf, resourceWords } from '../kinds.ts';
import { UsageError } from '../usage-error.ts';
import { fileOption } from './apply.ts';

export const deleteCommand = command({
  path: ['delete'],
  summary: 'Delete a resource, or those that a file describes',
  description: 'A resource that others use is not deleted: the answer says who uses it. With -f, what needs others goes first, and what is already gone is no error.',
  arguments: {
    kind: { description: 'the kind of resource', optional: true, completes: { suggest: resourceWords } },
    name: { description: 'its name; a release is APPLICATION/RELEASE', optional: true },
  },
  options: { file: fileOption },
  examples: [
    { command: 'sluice delete target cluster-a', does: 'delete one resource' },
    { command: 'sluice delete release shop/1.4.2', does: 'delete a release of an application' },
    { command: 'sluice delete -f shop.yaml', does: 'delete everything that a file describes' },
  ],
  json: 'one line per deleted resource: the API\'s answer, `null`. What was done is told on standard error.',
  run: async (surroundings, { arguments: { kind, name }, options: { file } }) => {
    if (file !== undefined) {
      if (kind !== undefined) throw new UsageError('give either KIND and NAME, or -f');
      await deleteAll(surroundings, file);
    } else {
      if (kind === undefined || name === undefined) throw new UsageError('give KIND and NAME, or -f FILE');
      await deleteOne(surroundings, name, resourceKindOf(kind));
    }
    return outcomes.done.exitCode;
  },
});

async function deleteAll(surroundings: Surroundings, file: string): Promise<void> {
  const documents = loadDocuments(await readSources(file, surroundings.stdin));
  for (const { resource } of documents.toReversed()) {
    try {
      await deleteOne(surroundings, pathNameOf(resource), resource.kind);
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'not-found')) throw error;
      surroundings.output.note(`${describe(resource)} was not there`);
    }
  }
}

async function deleteOne({ client, output, signal }: Surroundings, name: string, kind: ReturnType<typeof resourceKindOf>): Promise<void> {
  const { unchanged } = await callsOf(kind).remove(client(), name, { signal });
  const line = `${kind} ${name} deleted`;
  output.oneOfMany(unchanged, () => [line]);
  if (output.json) output.note(line);
}
