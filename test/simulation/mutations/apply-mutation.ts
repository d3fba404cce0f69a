import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { mutations } from './mutations.ts';
import type { Mutation } from './mutations.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** Lets the file of a mutation be loaded with the mistake in it; the file itself stays as it is. To be called before it is loaded. @throws Error for an unknown name, or one that does not fit its file any more */
export function applyMutation(name: string): void {
  const mutation = mutations.find((one) => one.name === name);
  if (mutation === undefined) throw new Error(`no mutation is named ${name}; there are ${mutations.map((one) => one.name).join(', ')}`);
  const mutated = mutatedSource(mutation);
  const url = pathToFileURL(join(root, mutation.file)).href;
  registerHooks({
    load(asked, context, next) {
      const loaded = next(asked, context);
      return asked === url ? { ...loaded, source: mutated } : loaded;
    },
  });
}

/** The file's text with the mistake in it. @throws Error when the text to be replaced is not there exactly once */
export function mutatedSource({ name, file, replace, by }: Mutation): string {
  const source = readFileSync(join(root, file), 'utf8');
  const parts = source.split(replace);
  if (parts.length !== 2) throw new Error(`the mutation "${name}" does not fit ${file} any more: its text is there ${parts.length - 1} times`);
  return parts.join(by);
}
