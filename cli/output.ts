import { colourless, harmless, harmlessJson, paintFor } from './paint.ts';
import type { Paint } from './paint.ts';
import { pairs, table } from './table.ts';

/** Where a command's words go; what comes from elsewhere cannot command the terminal. With `--json`, standard output carries JSON and nothing else; what is meant for people goes to standard error. */
export type Output = {
  readonly json: boolean;
  /** Whether standard output is a terminal that can be drawn on. */
  readonly live: boolean;
  readonly paint: Paint;
  /** The terminal's width; unlimited where there is none. */
  readonly columns: () => number;
  readonly rows: () => number;
  /** The API's answer: with `--json` as it came, else the lines made of it. */
  readonly answer: (unchanged: unknown, lines: () => readonly string[]) => void;
  /** Like `answer`, for one of several: with `--json` a line each. */
  readonly oneOfMany: (unchanged: unknown, lines: () => readonly string[]) => void;
  /** For people: nothing with `--json`. */
  readonly lines: (lines: readonly string[]) => void;
  /** To standard error. */
  readonly note: (text: string) => void;
  /** Writes to standard output as it is; nothing from elsewhere goes this way. */
  readonly write: (text: string) => void;
  readonly table: (header: readonly string[], rows: readonly (readonly string[])[]) => readonly string[];
  readonly pairs: (entries: readonly (readonly [name: string, value: string])[]) => readonly string[];
};

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

export function createOutput(given: { readonly stdout: Terminal; readonly stderr: Pick<Terminal, 'write'> & { readonly isTTY?: boolean }; readonly json: boolean; readonly environment: Readonly<Record<string, string | undefined>> }): Output {
  const { stdout, stderr, json, environment } = given;
  const terminal = stdout.isTTY === true;
  const paint = paintFor(terminal, environment);
  const columns = (): number => (terminal ? stdout.columns || 80 : Number.POSITIVE_INFINITY);
  const write = (text: string): void => {
    stdout.write(text);
  };
  const lines = (all: readonly string[]): void => {
    if (!json && all.length > 0) write(`${(terminal ? harmless : colourless)(all.join('\n'))}\n`);
  };
  const answerAs = (indent: number) => (unchanged: unknown, toLines: () => readonly string[]): void => {
    if (json) write(`${harmlessJson(JSON.stringify(unchanged, null, indent))}\n`);
    else lines(toLines());
  };
  return {
    json, paint, columns, write, lines,
    live: terminal && !json && environment.TERM !== 'dumb',
    rows: () => (terminal ? stdout.rows || 24 : Number.POSITIVE_INFINITY),
    answer: answerAs(2),
    oneOfMany: answerAs(0),
    note: (text) => {
      stderr.write(`${(stderr.isTTY === true ? harmless : colourless)(text)}\n`);
    },
    table: (header, rows) => table(header, rows, { paint, columns: columns() }),
    pairs: (entries) => pairs(entries, { paint }),
  };
}
