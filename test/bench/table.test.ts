import { describe, expect, it } from 'vitest';

import { readProjectFile } from '../architecture/project.ts';
import { growing, median, quantile } from '../../bench/measure.ts';
import { benches } from '../../bench/rows.ts';
import { HEAD, machineInWords, MARKERS, tableOf, withTable } from '../../bench/table.ts';

const rows = Object.values(benches).flatMap((bench) => bench.rows);

/** The names of a table's rows: the first cell of each line below its head, without what grows. */
function rowNames(table: string): readonly string[] {
  const [, ...below] = table.slice(table.indexOf(HEAD)).split('\n');
  return below.filter((line) => line.startsWith('| ')).map((line) => (line.slice(2).split(' | ')[0] ?? '').replace(/ \(×: .*\)$/, ''));
}

describe('the table of measurements', () => {
  it('stands in the README with the rows that are measured, and the machine', () => {
    const readme = readProjectFile('README.md');
    const shown = readme.slice(readme.indexOf(MARKERS.begin), readme.indexOf(MARKERS.end));
    expect(rowNames(shown)).toEqual(rows.map((one) => one.what));
    expect(shown).toMatch(/Measured on \d+ processors.*, Node \d+\.\d+\.\d+/);
  });

  it('has a figure for each side of a comparison, and their ratio', () => {
    const table = tableOf([{ what: 'Things done', unit: 'per second', comparedWith: 'doing nothing', sluice: 12_345, other: 24_690 }]);
    expect(table).toContain('| Things done | 12,000 /s |  |  |  | doing nothing | 25,000 /s | 0.5 |');
    expect(table).toContain(machineInWords());
  });

  it('has the target of a figure, and how it grows with the work', () => {
    const grown = tableOf([{ what: 'Time', unit: 'ms', target: { atMost: 10 }, grows: 'things', sluice: 1.26, tenfold: 2, hundredfold: 40 }]);
    expect(grown).toContain('| Time (×: things) | 1.3 ms | ≤ 10 ms | 2 ms | 40 ms |  |  |  |');
    expect(tableOf([{ what: 'Rate', unit: 'per second', target: { atLeast: 500 }, sluice: 1 }])).toContain('| Rate | 1 /s | ≥ 500 /s |');
  });

  it('replaces what stood between the markers, and nothing else', () => {
    const page = `before\n${MARKERS.begin}\nold\n${MARKERS.end}\nafter`;
    expect(withTable(page, HEAD)).toBe(`before\n${MARKERS.begin}\n${HEAD}\n${MARKERS.end}\nafter`);
    expect(() => withTable('no place', HEAD)).toThrow('no place for the table');
  });

  it('takes the middle of several rounds', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2, 7]);
  });

  it('takes the value that a share of the others lies below', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([quantile(hundred, 0.99), quantile(hundred, 0.5), quantile([7], 0.99)]).toEqual([100, 51, 7]);
  });

  it('measures ten and a hundred times the work only when asked to, row by row', async () => {
    const doubled = async (work: number) => await Promise.resolve([work, work * 2]);
    expect(await growing(3, { grown: false }, doubled)).toEqual([{ sluice: 3 }, { sluice: 6 }]);
    expect(await growing(3, { grown: true }, doubled)).toEqual([{ sluice: 3, tenfold: 30, hundredfold: 300 }, { sluice: 6, tenfold: 60, hundredfold: 600 }]);
  });
});
