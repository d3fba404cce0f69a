import { command } from '../command.ts';
import type { Options, Surroundings } from '../command.ts';
import { outcomes } from '../exit-codes.ts';
import { bareWord, resourcePlurals } from '../kinds.ts';
import { filterNames, listings, readAll } from '../listings.ts';
import type { Listing, ListedPage, Wanted } from '../listings.ts';
import { UsageError } from '../usage-error.ts';

/** Flags of all commands that list. */
export const pageOptions = {
  limit: { type: 'number', placeholder: 'N', minimum: 1, maximum: 200, description: 'how many to read at a time (50)' },
  cursor: { type: 'text', placeholder: 'CURSOR', description: 'go on where the page before ended' },
  all: { type: 'switch', description: 'read all pages' },
} as const satisfies Options;

/** Filters that several commands have. */
export const filterOptions = {
  target: { type: 'text', placeholder: 'NAME', description: 'environments that name this target, or keys that are bound to it' },
  role: { type: 'text', placeholder: 'ROLE', description: 'keys of this role' },
  prefix: { type: 'text', placeholder: 'TEXT', description: 'secrets or tenants whose names begin with this' },
} as const satisfies Options;

export const listCommand = command({
  path: ['list'],
  summary: 'List what there is of a kind',
  description: 'Without KIND, lists the applications, environments, targets and analysis templates.',
  arguments: { kind: { description: `one of ${Object.keys(listings).join(', ')}`, optional: true, completes: { suggest: Object.keys(listings) } } },
  options: {
    application: { type: 'text', placeholder: 'NAME', description: 'deployments or releases of this application' },
    environment: { type: 'text', placeholder: 'NAME', description: 'deployments to this environment' },
    state: { type: 'text', placeholder: 'STATE', description: 'deployments in this state, as Progressing' },
    label: { type: 'text', placeholder: 'KEY=VALUE', description: 'resources that carry this label' },
    target: filterOptions.target,
    provider: { type: 'text', placeholder: 'PROVIDER', description: 'targets of this provider' },
    role: filterOptions.role,
    prefix: filterOptions.prefix,
    ...pageOptions,
  },
  examples: [
    { command: 'sluice list', does: 'show what there is' },
    { command: 'sluice list deployments --state Progressing', does: 'show the running deployments' },
    { command: 'sluice list deployments --application shop --environment production --state RolledBack', does: 'show what was rolled back in one place' },
    { command: 'sluice list releases --application shop --all --json', does: 'all releases of an application, as one JSON document' },
  ],
  json: 'the page `{items, nextCursor?}`; with --all one page with all items; without KIND one line per kind.',
  run: async (surroundings, { arguments: { kind }, options: { all, ...wanted } }) => {
    if (kind !== undefined) {
      await showList(surroundings, listingOf(kind), { wanted, all });
      return outcomes.done.exitCode;
    }
    for (const plural of resourcePlurals.filter((one) => one !== 'releases')) {
      await showList(surroundings, listings[plural], { wanted, all, title: plural });
    }
    return outcomes.done.exitCode;
  },
});

/** Shows one list: one page, or with `all` every page; with a title it is one of several. */
export async function showList({ client, output, signal }: Surroundings, kind: Listing, given: { readonly wanted: Wanted; readonly all: boolean; readonly title?: string }): Promise<void> {
  for (const filter of filterNames) {
    if (given.wanted[filter] !== undefined && !kind.filters.includes(filter)) throw new UsageError(`this list has no filter --${filter}`, kind.filters.map((one) => `--${one}`));
  }
  const page = given.all ? await readAll(kind, client(), { wanted: given.wanted, signal }) : await kind.read(client(), given.wanted, signal);
  const lines = (): readonly string[] => pageLines(page, kind, output.table);
  const { title } = given;
  if (title === undefined) output.answer(page.unchanged, lines);
  else output.oneOfMany(page.unchanged, () => [output.paint('cyan', title), ...lines(), '']);
}

function pageLines(page: ListedPage, kind: Listing, table: Surroundings['output']['table']): readonly string[] {
  if (page.rows.length === 0) return ['nothing there'];
  return [...table(kind.header, page.rows), ...(page.nextCursor === undefined ? [] : [`there are more: --all, or --cursor ${page.nextCursor}`])];
}

function listingOf(word: string): Listing {
  const bare = bareWord(word);
  const found = Object.entries(listings).find(([plural]) => bareWord(plural) === bare || bareWord(plural).replace(/s$/, '') === bare);
  if (found === undefined) throw new UsageError(`unknown kind "${word}"`, Object.keys(listings));
  return found[1];
}
