import { flagOf } from '../command.ts';
import type { ArgumentSpec, Command, OptionSpec } from '../command.ts';

/** A flag as a shell completes it. */
export type CompletedFlag = { readonly flags: readonly string[]; readonly description: string; readonly takesValue: boolean; readonly words: readonly string[]; readonly files: boolean };

/**
 * What can follow a command's words. `place` is those words, each with a space before it (` secrets set`), and empty for none: the form
 * in which the scripts put them together.
 */
export type Place = {
  readonly place: string;
  readonly commands: readonly { readonly word: string; readonly description: string }[];
  readonly flags: readonly CompletedFlag[];
  /** Words that can stand without a flag. */
  readonly words: readonly string[];
  readonly files: boolean;
};

type Table = { readonly commands: readonly Command[]; readonly groups: Readonly<Record<string, string>>; readonly globalOptions: { readonly [name: string]: OptionSpec } };

/** Every place of the command line, from the table of commands. */
export function completionTree(table: Table): readonly Place[] {
  const paths = new Set(['', ...table.commands.flatMap(({ path }) => path.map((_, index) => placeOf(path.slice(0, index + 1))))]);
  return [...paths].map((place) => {
    const own = table.commands.find((command) => placeOf(command.path) === place);
    const spec = Object.values(own?.arguments ?? {});
    return { place, commands: nextCommands(place, paths, table), flags: flagsOf({ ...own?.options, ...table.globalOptions }), words: spec.flatMap(wordsOf), files: spec.some((one) => one.completes === 'file') };
  });
}

function placeOf(path: readonly string[]): string {
  return path.map((word) => ` ${word}`).join('');
}

function nextCommands(place: string, paths: ReadonlySet<string>, table: Table): Place['commands'] {
  return [...paths].flatMap((one) => {
    const word = one.startsWith(`${place} `) ? one.slice(place.length + 1) : '';
    if (word === '' || word.includes(' ')) return [];
    const command = table.commands.find((candidate) => placeOf(candidate.path) === one);
    return [{ word, description: command?.summary ?? table.groups[word] ?? '' }];
  });
}

function wordsOf(spec: ArgumentSpec): readonly string[] {
  return spec.choices ?? (typeof spec.completes === 'object' ? spec.completes.suggest : []);
}

function flagsOf(options: { readonly [name: string]: OptionSpec }): readonly CompletedFlag[] {
  const help = { flags: ['--help', '-h'], description: 'show help', takesValue: false, words: [], files: false };
  return [...Object.entries(options).map(([name, spec]) => ({
    flags: [flagOf(name), ...(spec.short === undefined ? [] : [`-${spec.short}`])],
    description: spec.description,
    takesValue: spec.type !== 'switch',
    words: spec.type === 'text' ? (spec.choices ?? []) : [],
    files: (spec.type === 'text' || spec.type === 'texts') && spec.completes !== undefined,
  })), help];
}
