import type { SluiceClient } from '#client/client';

import type { Output } from './output.ts';
import type { ServerSettings } from './settings.ts';

/** A word that stands without a flag. */
export type ArgumentSpec = {
  readonly description: string;
  readonly optional?: true;
  /** The only words that are accepted. */
  readonly choices?: readonly string[];
  /** What a shell completes it with, where it does not have choices; `suggest` are words that are usual and not the only ones. */
  readonly completes?: 'file' | { readonly suggest: readonly string[] };
};

/** A flag. Its name in the table is in camel case; on the command line it is `--in-kebab-case`. */
export type OptionSpec = {
  readonly description: string;
  /** One letter, as `f` for `-f`. */
  readonly short?: string;
  readonly required?: true;
} & (
  | { readonly type: 'switch' }
  | { readonly type: 'text'; readonly placeholder: string; readonly choices?: readonly string[]; readonly completes?: 'file' | 'folder' }
  | { readonly type: 'number'; readonly placeholder: string; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'texts'; readonly placeholder: string; readonly completes?: 'file' | 'folder' }
);

export type Arguments = { readonly [name: string]: ArgumentSpec };
export type Options = { readonly [name: string]: OptionSpec };

type OptionValue<Spec extends OptionSpec> = Spec extends { type: 'switch' } ? boolean
  : Spec extends { type: 'texts' } ? readonly string[]
    : (Spec extends { type: 'number' } ? number : Spec extends { choices: readonly (infer Choice)[] } ? Choice : string) | (Spec extends { required: true } ? never : undefined);

/** What was given on the command line, by the names in the table. */
export type Given<A extends Arguments, O extends Options> = {
  readonly arguments: { readonly [Name in keyof A]: (A[Name] extends { choices: readonly (infer Choice)[] } ? Choice : string) | (A[Name] extends { optional: true } ? undefined : never) };
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> };
};

/** Standard input, which may be a terminal. */
export type StandardInput = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };

/** What a command works with. */
export type Surroundings = {
  /** A client of the server that flags, environment and config file name; the same one each time. */
  readonly client: () => SluiceClient;
  /** The address and key of that server. */
  readonly server: () => ServerSettings;
  readonly output: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: StandardInput;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
};

/** One command. Help, completion, documentation and the parsing of the command line come from this. */
export type Command = {
  /** As it is typed: `['keys', 'create']`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description?: string;
  /** In the order in which they are typed. */
  readonly arguments: Arguments;
  readonly options: Options;
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  /** What `--json` prints. */
  readonly json: string;
  /** Whether it works without a server. */
  readonly local?: true;
  /** Answers the exit code. */
  run(surroundings: Surroundings, given: { readonly arguments: object; readonly options: object }): Promise<number>;
};

/** Makes a command whose `run` is given what its own table says. */
export function command<const A extends Arguments, const O extends Options>(
  spec: Omit<Command, 'arguments' | 'options' | 'run'> & { readonly arguments: A; readonly options: O; run(surroundings: Surroundings, given: Given<A, O>): Promise<number> },
): Command {
  return spec;
}

/** How a flag is typed: `ifRunning` is `--if-running`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** How an argument is shown: `[KIND]` where it may be left out. */
export function placeholderOf(name: string, spec: ArgumentSpec): string {
  const word = name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return spec.optional ? `[${word}]` : word;
}
