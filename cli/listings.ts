import * as z from 'zod';

import type { SluiceClient } from '#client/client';
import type { CallRequest } from '#client/request';
import type { ListItem, ListOperation } from '#client/pages';
import { tenantRole } from '#contracts/http/tenant-routes';
import { deploymentState } from '#contracts/views';
import { provider } from '#domain/resources/target';

import { UsageError } from './usage-error.ts';
import { ago, count, orDash } from './words.ts';

/** Which part of a list is wanted. */
export type Wanted = {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly state?: string | undefined;
  readonly label?: string | undefined;
  readonly prefix?: string | undefined;
  readonly provider?: string | undefined;
  readonly role?: string | undefined;
  readonly target?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** The filters among what may be wanted. */
export const filterNames = ['application', 'environment', 'state', 'label', 'prefix', 'provider', 'role', 'target'] as const satisfies readonly (keyof Wanted)[];

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
    operation: 'listApplications', header: ['NAME', 'VERSION', 'CHANGED', 'COMPONENTS'], filters: ['label'], request: (query, { label }) => ({ query: { ...query, label } }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.components.map((component) => component.name).join(', ')],
  }),
  environments: listing({
    operation: 'listEnvironments', header: ['NAME', 'VERSION', 'CHANGED', 'STRATEGY', 'WAVES'], filters: ['label', 'target'], request: (query, { label, target }) => ({ query: { ...query, label, target } }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.strategy.type, one.spec.waves.map((wave) => wave.targets.join(', ')).join(' → ')],
  }),
  targets: listing({
    operation: 'listTargets', header: ['NAME', 'VERSION', 'CHANGED', 'PROVIDER', 'REGION'], filters: ['label', 'provider'],
    request: (query, wanted) => ({ query: { ...query, label: wanted.label, provider: oneOf(provider.options, wanted.provider, 'provider') } }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.provider, orDash(one.spec.region)],
  }),
  releases: listing({
    operation: 'listAllReleases', header: ['NAME', 'APPLICATION', 'CHANGED', 'COMPONENTS', 'DESCRIPTION'], filters: ['application', 'label'],
    request: (query, { application, label }) => ({ query: { ...query, application, label } }),
    row: (one, now) => [one.metadata.name, one.spec.application, ago(one.updatedAt, now), one.spec.components.map((component) => component.name).join(', '), orDash(one.spec.description)],
  }),
  'analysis-templates': listing({
    operation: 'listAnalysisTemplates', header: ['NAME', 'VERSION', 'CHANGED', 'METRICS'], filters: ['label'], request: (query, { label }) => ({ query: { ...query, label } }),
    row: (one, now) => [one.metadata.name, String(one.version), ago(one.updatedAt, now), one.spec.metrics.map((metric) => metric.name).join(', ')],
  }),
  deployments: listing({
    operation: 'listDeployments', header: ['ID', 'APPLICATION', 'RELEASE', 'ENVIRONMENT', 'STATE', 'STEP', 'WEIGHT', 'CHANGED', 'REASON'], filters: ['application', 'environment', 'state'],
    request: (query, { application, environment, state }) => ({ query: { ...query, application, environment, state: oneOf(deploymentState.options, state, 'state') } }),
    row: (one, now) => [one.id, one.application, one.release, one.environment, one.state, orDash(one.step), weights(one.weightPercent), ago(one.updatedAt, now), one.reason],
  }),
  secrets: listing({
    operation: 'listSecrets', header: ['NAME', 'VERSION', 'CHANGED', 'MADE'], filters: ['prefix'], request: (query, { prefix }) => ({ query: { ...query, prefix } }),
    row: (one, now) => [one.name, String(one.version), ago(one.updatedAt, now), ago(one.createdAt, now)],
  }),
  keys: listing({
    operation: 'listKeys', header: ['ID', 'NAME', 'ROLE', 'TARGET', 'PREFIX', 'LAST USED', 'EXPIRES', 'STATE'], filters: ['role', 'target'],
    request: (query, { role, target }) => ({ query: { ...query, role: oneOf(tenantRole.options, role, 'role'), target } }),
    row: (one, now) => [one.id, one.name, one.role, orDash(one.target), one.prefix, ago(one.lastUsedAt, now), orDash(one.expiresAt?.slice(0, 10)), keyState(one, now)],
  }),
  tenants: listing({
    operation: 'listTenants', header: ['NAME', 'MADE'], filters: ['prefix'], request: (query, { prefix }) => ({ query: { ...query, prefix } }),
    row: (one, now) => [one.name, ago(one.createdAt, now)],
  }),
} as const satisfies { readonly [plural: string]: Listing };


/** A word as the API has it, however its letters are written. @throws UsageError that names the possible ones */
function oneOf<Option extends string>(options: readonly Option[], word: string | undefined, what: string): Option | undefined {
  if (word === undefined) return undefined;
  const found = options.find((one) => one.toLowerCase() === word.toLowerCase());
  if (found === undefined) throw new UsageError(`unknown ${what} "${word}"`, options);
  return found;
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
