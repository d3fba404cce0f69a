import { withLedger, dollars } from './ledger/table.ts';
import { prices } from './ledger/operations.ts';
import { apiLevels, apiUses, authorizerHitRate, fanOut, requestsPerKey, tenantsFor } from './scale-api.ts';
import { costAt, costOfRequests } from './scale-cost.ts';
import type { TargetKind } from './scale-demand.ts';
import { deploymentsADayUntilHot, hotKeys, tenantBounds, unitsAtPeak } from './scale-keys.ts';
import { agentsAt, doublingsFor, levels, onTheWay, openAtPeak, peakRate, shareOf, stateWrites, tightest, usesOf } from './scale-levels.ts';
import type { Level, Use } from './scale-levels.ts';
import { quotaOf, quotaTable } from './scale-quotas.ts';
import { sparedUses } from './scale-spare.ts';

/** The page that the tables stand in. */
export const PAGE = 'docs/scale.md';

const kinds = { kubernetes: 'Kubernetes targets', agent: 'targets with agents' } as const satisfies { readonly [Kind in TargetKind]: string };

/** How many subscribers of one tenant are shown. */
const SUBSCRIBERS = [10, 100, 500] as const;

/** How many parts of a price are named. */
const PARTS = 3;

/** All tables, by the names of their places. */
export function scaleTables(): { readonly [place: string]: string } {
  return {
    levels: levelTable(), first: firstTable(), kubernetes: useTable('kubernetes'), agents: useTable('agent'), keys: keyTable(), tenant: tenantTable(), api: apiTable(),
    'fan-out': fanOutTable(), cost: costTable(), spare: spareTable(), quotas: quotaTable(),
  };
}

/** Puts all tables into the page. @throws when it has no place for one */
export function withTables(page: string): string {
  return Object.entries(scaleTables()).reduce((text, [place, table]) => withLedger(text, table, markersOf(place)), page);
}

/** What a table stands between. */
export function markersOf(place: string): { readonly begin: string; readonly end: string } {
  return { begin: `<!-- scale, ${place}: \`npm run scale -- --write\` writes what stands here -->`, end: `<!-- end of scale, ${place} -->` };
}

function levelTable(): string {
  const rows: readonly (readonly [string, (level: Level) => number])[] = [
    ['Tenants', ({ tenants }) => tenants], ['Deployments that begin in a second of the peak', peakRate], ['Deployments open at the peak', (level) => openAtPeak(level)],
    ['Agents, where there are agents', (level) => agentsAt(level, 'agent')],
    ['Half hours in which a new table doubles, Kubernetes', (level) => doublingsFor(stateWrites(level, 'kubernetes'))], ['The same with agents', (level) => doublingsFor(stateWrites(level, 'agent'))],
  ];
  return table(['Deployments a day', ...levels.map(nameOf)], rows.map(([what, of]) => [what, ...levels.map((level) => figure(of(level)))]));
}

function firstTable(): string {
  const cases = levels.flatMap((level) => (['kubernetes', 'agent'] as const).map((kind) => ({ level, kind })));
  return table(['Deployments a day', 'Nearest to its limit', 'Nearest on the way of deployments and requests', 'So, up to so many a day', 'Nearest in the smallest Region', 'Over their limits'], cases.map(({ level, kind }) => {
    const uses = usesOf(level, kind);
    const over = uses.filter((use) => shareOf(use) > 1).length;
    const [first] = tightest(onTheWay(uses));
    return [`${nameOf(level)}, ${kinds[kind]}`, said(tightest(uses)[0]), said(first), first === undefined ? '' : figure(level.deploymentsADay / shareOf(first)), said(tightest(onTheWay(usesOf(level, kind, true)))[0]), over === 0 ? 'none' : String(over)];
  }));
}

function useTable(kind: TargetKind): string {
  const columns = levels.map((level) => usesOf(level, kind));
  const order = tightest(columns.at(-1) ?? []).map(({ what }) => what);
  return table(['Needed at the peak', 'Limit', ...levels.map((level) => `${nameOf(level)} a day`), 'Suffers beyond', 'What makes it more'], order.flatMap((what) => {
    const found = columns.map((uses) => uses.find((use) => use.what === what));
    const last = found.at(-1);
    return last === undefined || last.need === 0 ? [] : [[what, `${bound(last.limit)}${last.unit}`, ...found.map((use) => cell(use)), last.suffers, last.remedy]];
  }));
}

function keyTable(): string {
  const rows = hotKeys.map((key) => [
    key.key, `${key.why}${key.isGrowing ? '; its places only grow' : ''}`, quotaOf(key.quota).toLocaleString('en'),
    ...levels.map((level) => ratio(unitsAtPeak(key, level), quotaOf(key.quota))), figure(deploymentsADayUntilHot(key)),
  ]);
  return table(['Partition of the largest tenant', 'Written', 'Limit', ...levels.map((level) => `${nameOf(level)} a day`), 'Limit of a tenant, deployments a day'], rows);
}

function tenantTable(): string {
  return table(['One tenant', 'Limit', 'From', ...levels.map((level) => `Largest at ${nameOf(level)} a day`)], tenantBounds().map(({ what, limit, unit, from, needAt }) => [what, `${bound(limit)}${unit}`, from, ...levels.map((level) => ratio(needAt(level), limit))]));
}

function apiTable(): string {
  const columns = apiLevels.map(apiUses);
  const rows = (columns[0] ?? []).map(({ what, limit, unit, remedy }, index) => [what, `${bound(limit)}${unit}`, ...columns.map((uses) => cell(uses[index])), remedy]);
  const more: readonly (readonly string[])[] = [
    ['Requests that need no authorizer', '', ...apiLevels.map((rate) => percent(authorizerHitRate(rate, rate / requestsPerKey()))), 'fewer keys that ask more each'],
    ['Tenants that it takes', '', ...apiLevels.map((rate) => figure(tenantsFor(rate))), ''],
    ['USD a month', '', ...apiLevels.map((rate) => dollarsOf(costOfRequests(rate).list)), 'fewer questions of agents that wait'],
  ];
  return table(['At so many requests a second', 'Limit', ...apiLevels.map((rate) => rate.toLocaleString('en')), 'What makes it more'], [...rows, ...more]);
}

function fanOutTable(): string {
  const [, , most] = levels;
  const others = peakRate(most);
  return table(['Subscribers of one tenant to all of it', 'Posts for a deployment', 'A batch of one event takes one of ten places of its shard', 'Most events a second', 'Deployments a second of the account, by the posts alone', `Events of others behind it, at ${figure(others)} deployments a second`], SUBSCRIBERS.map((subscribers) => {
    const { postsPerDeployment, secondsPerBatch, eventsPerSecond, deploymentsOfAccount, heldUp } = fanOut(subscribers);
    return [figure(subscribers), figure(postsPerDeployment), `${figure(secondsPerBatch)} s`, figure(eventsPerSecond), figure(deploymentsOfAccount), figure(heldUp(others))];
  }));
}

function costTable(): string {
  const rows = levels.flatMap((level) => (['kubernetes', 'agent'] as const).map((kind) => {
    const { list, parts } = costAt(level, kind);
    return [`${nameOf(level)}, ${kinds[kind]}`, dollarsOf(list), parts.slice(0, PARTS).map(([name, usd]) => `${prices.items[name].what} ${dollarsOf(usd)}`).join('; ')];
  }));
  return [`In USD a month, ${prices.region}, list prices of ${prices.date}.`, '', table(['Deployments a day', 'List price', 'Most of it'], rows)].join('\n');
}

function spareTable(): string {
  return table(['Needed at 1,000,000 deployments a day', 'Quota', 'Needed'], sparedUses().map((use) => [use.what, `${bound(use.limit)}${use.unit}`, cell(use)]));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}

function nameOf({ deploymentsADay }: Level): string {
  return deploymentsADay.toLocaleString('en');
}

function said(use: Use | undefined): string {
  return use === undefined ? '' : `${use.what.charAt(0).toLowerCase()}${use.what.slice(1)}, ${shareIn(shareOf(use))}`;
}

function cell(use: Use | undefined): string {
  return use === undefined ? '' : `${ratio(use.need, use.limit, use.unit)}`;
}

function ratio(need: number, limit: number, unit = ''): string {
  const share = need / limit;
  const text = `${figure(need)}${unit} (${shareIn(share)})`;
  return share > 1 ? `**${text}**` : text;
}

function shareIn(share: number): string {
  return share > 1 ? `${figure(share)} times the limit` : percent(share);
}

function percent(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1 %' : `${Number((share * 100).toPrecision(2))} %`;
}

/** Two digits that count, as all that rests on counts and assumptions. */
function figure(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 4 });
}

/** A limit that stands somewhere is told as it stands; one that is computed as what it is computed of. */
function bound(limit: number): string {
  return Number.isInteger(limit) ? limit.toLocaleString('en') : figure(limit);
}

function dollarsOf(usd: number): string {
  return usd < 100 ? dollars(usd) : figure(usd);
}
