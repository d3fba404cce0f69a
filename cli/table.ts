import { cut, harmless, widthOf } from './paint.ts';
import type { Paint } from './paint.ts';

const GAP = '  ';

/** Aligns rows under a header; the last column is cut to what is left of the terminal's width. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], look: { readonly paint: Paint; readonly columns: number }): readonly string[] {
  const clean = rows.map((row) => row.map((cell) => harmless(cell).replaceAll('\n', ' ')));
  const widths = header.map((title, column) => Math.max(widthOf(title), ...clean.map((row) => widthOf(row[column] ?? ''))));
  const line = (row: readonly string[]): string => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? '';
      return column === widths.length - 1 ? cell : cell + ' '.repeat(width - widthOf(cell));
    });
    return cut(cells.join(GAP), look.columns).trimEnd();
  };
  return [look.paint('bold', line(header)), ...clean.map(line)];
}

/** Aligns names and values, one pair a line. */
export function pairs(entries: readonly (readonly [name: string, value: string])[], look: { readonly paint: Paint }): readonly string[] {
  const width = Math.max(...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) => `${look.paint('dim', name.padEnd(width))}${GAP}${harmless(value).replaceAll('\n', ' ')}`.trimEnd());
}
