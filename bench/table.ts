import { statfsSync } from 'node:fs';
import { cpus, machine, tmpdir, totalmem, type } from 'node:os';

import type { Measured, RowHead, Target, Unit } from './measure.ts';

/** A row with what was measured. */
export type MeasuredRow = RowHead & Measured;

/** What a table in a page stands between. */
export const MARKERS = { begin: '<!-- bench: `npm run bench -- --write` writes what stands here -->', end: '<!-- end of bench -->' } as const;

/** The head of the table; the first cell of each row below it is the row's name. */
export const HEAD = '| Measured | Sluice | Target | × 10 | × 100 | Compared with | That | Ratio |';

/** Source: `TMPFS_MAGIC` in Linux's include/uapi/linux/magic.h. */
const TMPFS = 0x01021994;

/** The machine in words, without its name: what a reader needs to judge the figures. */
export function machineInWords(): string {
  const [first] = cpus();
  const model = first?.model.replaceAll(/\((R|TM)\)/gi, '').replaceAll(/\s+/g, ' ').trim() ?? '';
  const disk = statfsSync(tmpdir()).type === TMPFS ? ', data in memory (tmpfs): an fsync costs nothing here' : ', data on a disk';
  return `${cpus().length} processors${model === '' || model === 'unknown' ? '' : ` (${model})`}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} on ${machine()}, Node ${process.versions.node}${disk}`;
}

/** The table in Markdown, with the machine above it. */
export function tableOf(measured: readonly MeasuredRow[]): string {
  return ['Measured on ' + machineInWords() + '.', '', HEAD, HEAD.replaceAll(/[^|]+/g, '---'), ...measured.map(lineOf)].join('\n');
}

function lineOf({ what, unit, target, grows, comparedWith, ...measured }: MeasuredRow): string {
  const { sluice, tenfold, hundredfold, other } = measured;
  const compared = other === undefined || comparedWith === undefined ? ['', '', ''] : [comparedWith, figure(other, unit), String(Number((sluice / other).toPrecision(2)))];
  const more = [tenfold, hundredfold].map((one) => (one === undefined ? '' : figure(one, unit)));
  return `| ${[grows === undefined ? what : `${what} (×: ${grows})`, figure(sluice, unit), target === undefined ? '' : targetInWords(target, unit), ...more, ...compared].join(' | ')} |`;
}

function targetInWords(target: Target, unit: Unit): string {
  return 'atLeast' in target ? `≥ ${inUnit(target.atLeast, unit)}` : `≤ ${inUnit(target.atMost, unit)}`;
}

/** Puts a table between the markers of a page. @throws when the page has none */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(MARKERS.begin), page.indexOf(MARKERS.end)];
  if (begin < 0 || end < begin) throw new Error(`the page has no place for the table between ${MARKERS.begin} and ${MARKERS.end}`);
  return `${page.slice(0, begin + MARKERS.begin.length)}\n${table}\n${page.slice(end)}`;
}

/** What was measured, to two digits: more of them would be another run's. */
function figure(value: number, unit: Unit): string {
  return inUnit(Number(value.toPrecision(2)), unit);
}

function inUnit(value: number, unit: Unit): string {
  const words = value.toLocaleString('en');
  return unit === 'per second' ? `${words} /s` : `${words} ${unit}`;
}
