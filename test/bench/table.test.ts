import { describe, expect, it } from 'vitest';

import { readProjectFile } from '../architecture/project.ts';
import { median } from '../../bench/measure.ts';
import { rows } from '../../bench/rows.ts';
import { HEAD, machineInWords, MARKERS, tableOf, withTable } from '../../bench/table.ts';

const measured = rows.map(({ what, unit, comparedWith }) => ({ what, unit, comparedWith, sluice: 12_345, other: 24_690 }));

/** The names of a table's rows: the first cell of each line below its head. */
function rowNames(table: string): readonly string[] {
  const [, ...below] = table.slice(table.indexOf(HEAD)).split('\n');
  return below.filter((line) => line.startsWith('| ')).map((line) => line.slice(2).split(' | ')[0] ?? '');
}

describe('the table of measurements', () => {
  it('stands in the README with the rows that are measured, and the machine', () => {
    const readme = readProjectFile('README.md');
    const shown = readme.slice(readme.indexOf(MARKERS.begin), readme.indexOf(MARKERS.end));
    expect(rowNames(shown)).toEqual(rows.map((one) => one.what));
    expect(shown).toMatch(/Measured on \d+ processors.*, Node \d+\.\d+\.\d+/);
  });

  it('has a figure for both sides, and their ratio', () => {
    const table = tableOf(measured);
    expect(rowNames(table)).toEqual(rows.map((one) => one.what));
    expect(table).toContain(`| ${rows[0]?.what} | 12,000 /s | ${rows[0]?.comparedWith} | 25,000 /s | 0.5 |`);
    expect(table).toContain(machineInWords());
  });

  it('replaces what stood between the markers, and nothing else', () => {
    const page = `before\n${MARKERS.begin}\nold\n${MARKERS.end}\nafter`;
    expect(withTable(page, HEAD)).toBe(`before\n${MARKERS.begin}\n${HEAD}\n${MARKERS.end}\nafter`);
    expect(() => withTable('no place', HEAD)).toThrow('no place for the table');
  });

  it('takes the middle of several rounds', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2, 7]);
  });
});
