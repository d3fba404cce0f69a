import * as z from 'zod';

import type { SluiceClient } from '#client/client';
import type { CallRequest } from '#client/request';
import type { ListItem, ListOperation } from '#client/pages';
import { deploymentState } from '#contracts/views';

import { UsageError } from './usage-error.ts';
import { ago, count, orDash } from './words.ts';

/** Which part of a list is wanted. */
export type Wanted = {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly state?: string | undefined;
  readonly label?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** One page: as it came, and as rows of a table. */
export type ListedPage = { readonly unchanged: unknown; readonly items: readonly unknown[]; readonly rows: readonly (readonly string[])[]; readonly nextCursor: string | undefined };

/** What can be listed, by the word it is called: its columns, the filters it knows, and how a page is read. */
export type Listing = {
  readonly header: readonly string[];
  readonly filters: readonly (keyof Wanted)[];
  readonly read: (client: SluiceClient, wanted: Wanted, signal: AbortSignal) => Promise<ListedPage>;
};

const anyPage = z.looseObject({ items: z.array(z.unknown()), nextCursor: z.string().optional() });

function listing<Name extends ListOperation>(given: {
  readonly operation: Name; readonly header: readonly string[]; readonly filters?: readonly (keyof Wanted)[];
  readonly request: (page: { limit?: number; cursor?: string }, wanted: Wanted) => CallRequest<Name>; readonly row: (item: ListItem<Name>, now: number) => readonly string[];
}): Listing {
  return {
    header: given.header,
    filters: given.filters ?? [],
    read: async (client, wanted, signal) => {
      const page = { ...(wanted.limit === undefined ? {} : { limit: wanted.limit }), ...(wanted.cursor === undefined ? {} : { cursor: wanted.cursor }) };
      const { body, unchanged } = await client.exchange(given.operation, given.request(page, wanted), { signal });
      const now = Date.now();
      const items: readonly ListItem<Name>[] = body.items;
      return { unchanged, items: anyPage.parse(unchanged).items, rows: items.map((item) => given.row(item, now)), nextCursor: body.nextCursor };
    },
  };
}

/** The deployments of a table, also where they are shown without being listed. */
export const listings = {
  applications: listing({
    operation: 'listApplications', header: ['NAME', 'VERSION', 'CHANGED', 'COMPONENTS'], filters: ['label'], request: (query, { label }) => ({ query: labelled(query, label) }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.components.map((component) => component.name).join(', ')],
  }),
  environments: listing({
    operation: 'listEnvironments', header: ['NAME', 'VERSION', 'CHANGED', 'STRATEGY', 'WAVES'], filters: ['label'], request: (query, { label }) => ({ query: labelled(query, label) }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.strategy.type, one.spec.waves.map((wave) => wave.targets.join(', ')).join(' → ')],
  }),
  targets: listing({
    operation: 'listTargets', header: ['NAME', 'VERSION', 'CHANGED', 'PROVIDER', 'REGION'], filters: ['label'], request: (query, { label }) => ({ query: labelled(query, label) }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.provider, orDash(one.spec.region)],
  }),
  releases: listing({
    operation: 'listReleases', header: ['NAME', 'APPLICATION', 'CHANGED', 'COMPONENTS', 'DESCRIPTION'], filters: ['application', 'label'],
    request: (query, { application, label }) => {
      if (application === undefined) throw new UsageError('releases are listed for an application: give --application NAME, or use `sluice releases NAME`');
      return { params: { application }, query: labelled(query, label) };
    },
    row: (one, now) => [one.metadata.name, one.spec.application, ago(one.updatedAt, now), one.spec.components.map((component) => component.name).join(', '), orDash(one.spec.description)],
  }),
  'analysis-templates': listing({
    operation: 'listAnalysisTemplates', header: ['NAME', 'VERSION', 'CHANGED', 'METRICS'], filters: ['label'], request: (query, { label }) => ({ query: labelled(query, label) }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.metrics.map((metric) => metric.name).join(', ')],
  }),
  deployments: listing({
    operation: 'listDeployments', header: ['ID', 'APPLICATION', 'RELEASE', 'ENVIRONMENT', 'STATE', 'STEP', 'WEIGHT', 'CHANGED', 'REASON'], filters: ['application', 'environment', 'state'],
    request: (query, { application, environment, state }) => {
      const filters = [application, environment, state].filter((one) => one !== undefined);
      if (filters.length > 1) throw new UsageError('deployments are listed by one filter at a time', ['--application', '--environment', '--state']);
      return { query: { ...query, ...(application === undefined ? {} : { application }), ...(environment === undefined ? {} : { environment }), ...(state === undefined ? {} : { state: stateOf(state) }) } };
    },
    row: (one, now) => [one.id, one.application, one.release, one.environment, one.state, orDash(one.step), weights(one.weightPercent), ago(one.updatedAt, now), one.reason],
  }),
  secrets: listing({
    operation: 'listSecrets', header: ['NAME', 'VERSION', 'CHANGED', 'MADE'], request: (query) => ({ query }),
    row: (one, now) => [one.name, String(one.version), ago(one.updatedAt, now), ago(one.createdAt, now)],
  }),
  keys: listing({
    operation: 'listKeys', header: ['ID', 'NAME', 'ROLE', 'TARGET', 'PREFIX', 'LAST USED', 'EXPIRES', 'STATE'], request: (query) => ({ query }),
    row: (one, now) => [one.id, one.name, one.role, orDash(one.target), one.prefix, ago(one.lastUsedAt, now), orDash(one.expiresAt?.slice(0, 10)), keyState(one, now)],
  }),
  tenants: listing({
    operation: 'listTenants', header: ['NAME', 'MADE'], request: (query) => ({ query }),
    row: (one, now) => [one.name, ago(one.createdAt, now)],
  }),
} as const satisfies { readonly [plural: string]: Listing };

export type ListedKind = keyof typeof listings;

function labelled<Query extends object>(query: Query, label: string | undefined): Query & { readonly label?: string } {
  return label === undefined ? query : { ...query, label };
}

function stateOf(word: string): z.output<typeof deploymentState> {
  const state = deploymentState.options.find((one) => one.toLowerCase() === word.toLowerCase());
  if (state === undefined) throw new UsageError(`unknown state "${word}"`, deploymentState.options);
  return state;
}

/** `10 %`, or each target's where they differ. */
function weights(byTarget: Readonly<Record<string, number>>): string {
  const different = new Set(Object.values(byTarget));
  const [only] = different;
  if (only === undefined) return '-';
  return different.size === 1 ? `${only} %` : Object.entries(byTarget).map(([target, percent]) => `${target} ${percent} %`).join(', ');
}

function keyState(key: { readonly revokedAt: string | null; readonly expiresAt: string | null }, now: number): string {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'valid';
}

/** The most items that `--all` collects: 500 pages of 200. */
const MAXIMUM_ALL = 100_000;

/** Reads all pages of a list as one. @throws UsageError when they are too many to be shown. */
export async function readAll(kind: Listing, client: SluiceClient, given: { readonly wanted: Wanted; readonly signal: AbortSignal }): Promise<ListedPage> {
  const items: unknown[] = [];
  const rows: (readonly string[])[] = [];
  let cursor = given.wanted.cursor;
  do {
    const page: ListedPage = await kind.read(client, { ...given.wanted, limit: given.wanted.limit ?? 200, cursor }, given.signal);
    items.push(...page.items);
    rows.push(...page.rows);
    if (items.length > MAXIMUM_ALL) throw new UsageError(`there are more than ${count(MAXIMUM_ALL, 'item')}: leave out --all and go on with --cursor`);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { unchanged: { items }, items, rows, nextCursor: undefined };
}
