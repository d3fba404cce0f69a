import { prices } from './operations.ts';
import { judged } from './rows.ts';
import type { LedgerRow } from './rows.ts';

/** What the table in the README stands between. */
export const LEDGER_MARKERS = { begin: '<!-- ledger: `npm run ledger -- --write` writes what stands here -->', end: '<!-- end of ledger -->' } as const;

/** How many parts of a price are named. */
const PARTS = 4;

/** The table in Markdown: each row at the list price, after what is free, and by what. */
export function ledgerTable(rows: readonly LedgerRow[]): string {
  const lines = rows.map((row) => {
    const { what, list, afterFree, parts, target } = judged(row);
    const most = parts.slice(0, PARTS).map(([name, usd]) => `${prices.items[name].what} ${dollars(usd)}`).join('; ');
    const aim = target === undefined ? '' : ` (target: at most ${target.usd} ${target.price === 'list' ? 'at the list price' : 'after that'})`;
    return `| ${what}${aim} | ${dollars(list)} | ${dollars(afterFree)} | ${most} |`;
  });
  const missed = rows.map(judged).flatMap(({ what, target, isWithin, list, afterFree }) => (target === undefined || isWithin === true ? [] : [`Over its target by ${dollars((target.price === 'list' ? list : afterFree) - target.usd)}: ${what.charAt(0).toLowerCase()}${what.slice(1)}.`]));
  return [`In USD, ${prices.region}, list prices of ${prices.date}.`, '', '| What | List price | After what AWS gives for free each month | Most of it |', '|---|---|---|---|', ...lines, ...(missed.length === 0 ? [] : ['', ...missed])].join('\n');
}

/** Puts the table between the markers of a page. @throws when the page has none */
export function withLedger(page: string, table: string, markers: { readonly begin: string; readonly end: string } = LEDGER_MARKERS): string {
  const [begin, end] = [page.indexOf(markers.begin), page.indexOf(markers.end)];
  if (begin < 0 || end < begin) throw new Error(`the page has no place between ${markers.begin} and ${markers.end}`);
  return `${page.slice(0, begin + markers.begin.length)}\n${table}\n${page.slice(end)}`;
}

/** Two digits that count: 0.0034, 0.27, 1.7. */
export function dollars(usd: number): string {
  if (usd === 0) return '0';
  return usd >= 10 ? usd.toFixed(0) : Number(usd.toPrecision(2)).toFixed(Math.max(2, 1 - Math.floor(Math.log10(usd))));
}
