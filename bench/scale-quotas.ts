import { readFileSync } from 'node:fs';

import * as z from 'zod';

/** The quotas of AWS that our arithmetic asks for, by their names in `bench/quotas.json`. */
export const quotaNames = [
  'partitionWriteUnits', 'partitionReadUnits', 'tableWriteUnits', 'tableReadUnits', 'newTableWriteUnits', 'newTableReadUnits', 'shardReaders', 'batchesPerShard', 'functionsAtOnce', 'callsPerEnvironment', 'newEnvironments',
  'queueConsumers', 'executionsStarted', 'stateTransitions', 'tokensAnswered', 'executionsDescribed', 'openExecutions', 'historyEvents', 'eventsPut', 'ruleCalls', 'rulesPerBus', 'busSubscribers', 'gatewayRequests', 'gatewayBurst',
  'usageKeys', 'usageKeysMade', 'newConnections', 'connectionSeconds', 'schedulesMade', 'scheduleCalls', 'schedules', 'messagesInFlight',
] as const;
export type QuotaName = (typeof quotaNames)[number];

const quota = z.strictObject({
  what: z.string(), value: z.number().positive(), unit: z.string(),
  /** The smallest default of any Region, where it is another than in the Region of the table. */
  elsewhere: z.number().positive().optional(),
  /** Whether and how it can be more. */
  raised: z.string(),
  /** Whether a copy of AWS's page was read, or only others who quote it. */
  seen: z.enum(['page', 'quoted']),
  source: z.strictObject({ title: z.string(), url: z.url({ hostname: /^docs\.aws\.amazon\.com$/ }) }),
});

/** All quotas, with where each stands and when that was looked up. */
export const quotas = z.strictObject({ region: z.string(), checked: z.iso.date(), note: z.string(), items: z.record(z.enum(quotaNames), quota) })
  .parse(JSON.parse(readFileSync(new URL('quotas.json', import.meta.url), 'utf8')));

/** A quota's value in the Region of the table, or in the Region that has least of it. */
export function quotaOf(name: QuotaName, isSmallest = false): number {
  const { value, elsewhere } = quotas.items[name];
  return isSmallest ? (elsewhere ?? value) : value;
}

/** The quotas in Markdown. */
export function quotaTable(): string {
  const lines = quotaNames.map((name) => {
    const { what, value, unit, elsewhere, raised, seen, source } = quotas.items[name];
    return `| ${what} | ${value.toLocaleString('en')} ${unit} | ${elsewhere === undefined ? '' : elsewhere.toLocaleString('en')} | ${raised} | [${source.title}](${source.url})${seen === 'quoted' ? ', as quoted by others' : ''} |`;
  });
  return [`Defaults in ${quotas.region}, looked up on ${quotas.checked}.`, '', '| Quota | Default | Smallest of a Region | Can be raised | Source |', '|---|---|---|---|---|', ...lines].join('\n');
}
