import { SluiceError } from '#client/sluice-error';

import { command } from '../command.ts';
import type { Surroundings } from '../command.ts';
import { describe, loadDocuments } from '../documents/load-documents.ts';
import type { LoadedDocument } from '../documents/load-documents.ts';
import { readSources } from '../documents/read-sources.ts';
import { outcomes } from '../exit-codes.ts';
import { callsOf, pathNameOf, putResource } from '../kinds.ts';
import { count } from '../words.ts';

/** Flag of all commands that read documents. */
export const fileOption = { type: 'text', short: 'f', placeholder: 'FILE|DIR|-', description: 'a YAML or JSON file with one or several documents, a folder of such files, or - for standard input', completes: 'file' } as const;

export const applyCommand = command({
  path: ['apply'],
  summary: 'Make or change resources from files',
  description: 'Checks every document of every file first: if one is invalid, nothing is sent. Then sends them in the order in which they need each other and says for each whether it was created, changed or unchanged.',
  arguments: {},
  options: { file: { ...fileOption, required: true } },
  examples: [
    { command: 'sluice apply -f shop.yaml', does: 'apply all documents of a file' },
    { command: 'sluice apply -f deploy/ --json | jq -r .metadata.name', does: 'apply a folder and show the names as the API answered them' },
    { command: 'cat release.json | sluice apply -f -', does: 'apply what comes by standard input' },
  ],
  json: 'one line per document: the stored resource. What was done is told on standard error.',
  run: async (surroundings, { options }) => {
    const documents = loadDocuments(await readSources(options.file, surroundings.stdin));
    for (const [index, document] of documents.entries()) {
      try {
        await applyOne(surroundings, document);
      } catch (error) {
        if (index > 0) surroundings.output.note(`${index} of ${count(documents.length, 'document')} had been applied when ${describe(document.resource)} (${document.place}) failed`);
        throw error;
      }
    }
    return outcomes.done.exitCode;
  },
});

async function applyOne({ client, output, signal }: Surroundings, { resource }: LoadedDocument): Promise<void> {
  const before = await versionBefore(client, resource, signal);
  const answer = await putResource(client(), resource, { signal });
  const result = before === null ? 'created' : answer.body.version === before ? 'unchanged' : 'changed';
  const line = `${describe(resource)} ${result}`;
  output.oneOfMany(answer.unchanged, () => [line]);
  if (output.json) output.note(line);
}

/** The stored version, or `null` when there is no such resource. */
async function versionBefore(client: Surroundings['client'], resource: LoadedDocument['resource'], signal: AbortSignal): Promise<number | null> {
  try {
    return (await callsOf(resource.kind).get(client(), pathNameOf(resource), { signal })).body.version;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return null;
    throw error;
  }
}
