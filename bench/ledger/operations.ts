import { readFileSync } from 'node:fs';

import * as z from 'zod';

/** What AWS sells to us, by its name in `bench/prices.json`. */
export const operationNames = [
  'stateTransitions', 'functionRequests', 'functionGigabyteSeconds', 'tableWriteUnits', 'tableReadUnits', 'streamReads', 'tableGigabyteMonths', 'recoveryGigabyteMonths', 'busEvents', 'archivedGigabytes',
  'schedulerInvocations', 'queueRequests', 'restRequests', 'socketMessages', 'socketMinutes', 'objectWrites', 'objectReads', 'keyRequests', 'keyMonths', 'secretMonths', 'logGigabytes', 'alarmMetrics',
  'customMetricMonths', 'dashboards', 'largeDashboards', 'traces',
] as const;
export type OperationName = (typeof operationNames)[number];

/** How much of each is used; what is not named is not used. */
export type Operations = { readonly [Name in OperationName]?: number };

/** How a price was checked: in a page of AWS's (`page`) or of others (`quoted`), in which, and how old that is or what of it was read. */
const seen = z.strictObject({ how: z.enum(['page', 'quoted']), by: z.url(), of: z.string().optional() });

const price = z.strictObject({ what: z.string(), per: z.number().positive(), usd: z.number().nonnegative(), free: z.number().nonnegative(), source: z.url(), seen });

/** The list prices, and what is free each month for good. */
export const prices = z.strictObject({ region: z.string(), currency: z.literal('USD'), date: z.iso.date(), note: z.string(), items: z.record(z.enum(operationNames), price) })
  .parse(JSON.parse(readFileSync(new URL('../prices.json', import.meta.url), 'utf8')));

/** Adds up what several things use. */
export function sum(...all: readonly Operations[]): Operations {
  return Object.fromEntries(operationNames.map((name) => [name, all.reduce((total, one) => total + (one[name] ?? 0), 0)]).filter(([, amount]) => amount !== 0));
}

/** So many times as much. */
export function times(operations: Operations, factor: number): Operations {
  return Object.fromEntries(operationNames.flatMap((name) => (operations[name] === undefined ? [] : [[name, operations[name] * factor]])));
}

/** What it costs, in USD: at the list price, and where an account uses nothing else in a month, after what is free. */
export function costOf(operations: Operations): { readonly list: number; readonly afterFree: number; readonly parts: readonly (readonly [OperationName, number])[] } {
  const parts = operationNames.map((name) => {
    const { usd, per, free } = prices.items[name];
    const amount = operations[name] ?? 0;
    return { name, list: (amount / per) * usd, afterFree: (Math.max(0, amount - free) / per) * usd };
  });
  return {
    list: parts.reduce((total, one) => total + one.list, 0), afterFree: parts.reduce((total, one) => total + one.afterFree, 0),
    parts: parts.filter((one) => one.list > 0).toSorted((one, other) => other.list - one.list).map((one) => [one.name, one.list] as const),
  };
}
