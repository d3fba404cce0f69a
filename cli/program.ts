import { Command as Commander, CommanderError, Option } from 'commander';

import { clientVariables } from '#contracts/environment';

import { flagOf, placeholderOf } from './command.ts';
import type { Command, OptionSpec } from './command.ts';
import { outcomes } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** The flags that every command has. */
export const globalOptions: { readonly [name: string]: OptionSpec } = {
  url: { type: 'text', placeholder: clientVariables.url.placeholder, description: `${clientVariables.url.description}; environment ${clientVariables.url.variable}` },
  key: { type: 'text', placeholder: clientVariables.key.placeholder, description: `${clientVariables.key.description}; environment ${clientVariables.key.variable}` },
  json: { type: 'switch', description: 'print the API\'s answer unchanged, as JSON' },
};

/** What the command line asks for: a command with what was given to it, or a text that was asked for (help, the version). */
export type Invocation =
  | { readonly asked: 'command'; readonly command: Command; readonly given: { readonly arguments: object; readonly options: object }; readonly global: { readonly url?: string; readonly key?: string } }
  | { readonly asked: 'text'; readonly text: string };

type Table = { readonly commands: readonly Command[]; readonly groups: Readonly<Record<string, string>>; readonly version: string };

/**
 * Reads a command line (without the program's name) by the table of commands.
 * @throws UsageError that names what is wrong and what is possible.
 */
export function readCommandLine(words: readonly string[], table: Table): Invocation {
  const written: string[] = [];
  let found: Invocation | undefined;
  const program = buildProgram(table, {
    write: (text) => written.push(text),
    found: (invocation) => {
      found = invocation;
    },
  });
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.help' && error.exitCode !== 0) throw new UsageError(`${['sluice', ...pathOf(words, table.commands)].join(' ')} needs a command`, nextWords(pathOf(words, table.commands), table.commands));
    if (error.exitCode === outcomes.done.exitCode) return { asked: 'text', text: written.join('') };
    throw usageErrorOf(error, words, table.commands);
  }
  if (found === undefined) throw new UsageError('a command is needed', nextWords([], table.commands));
  return found;
}

/** The commands whose examples the overview shows: what one does first. */
const FIRST_STEPS: readonly string[] = ['serve', 'apply', 'deploy', 'watch'];

type Sink = { readonly write: (text: string) => void; readonly found: (invocation: Invocation) => void };

function buildProgram(table: Table, sink: Sink): Commander {
  const program = new Commander('sluice')
    .description('A control plane for software deployments: canary, blue-green, rolling and recreate, judged while they move.')
    .version(table.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: true, helpWidth: 120 })
    .exitOverride()
    .configureOutput({ writeOut: sink.write, writeErr: () => undefined });
  program.addHelpText('after', () => examplesOf(table.commands.filter((command) => FIRST_STEPS.includes(command.path.join(' ')))));
  for (const [name, spec] of Object.entries(globalOptions)) program.addOption(optionOf(name, spec));
  for (const command of [...table.commands].sort((a, b) => a.path.length - b.path.length)) addCommand(program, command, { table, sink });
  return program;
}

function addCommand(program: Commander, command: Command, given: { readonly table: Table; readonly sink: Sink }): void {
  let node = program;
  for (const [depth, word] of command.path.entries()) {
    const existing = node.commands.find((one) => one.name() === word);
    node = existing ?? node.command(word).helpOption('-h, --help', 'show help').summary(depth === command.path.length - 1 ? command.summary : (given.table.groups[word] ?? ''));
    if (existing === undefined && depth < command.path.length - 1) node.description(given.table.groups[word] ?? '').addHelpText('after', () => examplesOf(given.table.commands.filter((one) => one.path[depth] === word)));
  }
  node.summary(command.summary).description([`${command.summary}.`, command.description].filter((one) => one !== undefined).join('\n\n'));
  for (const [name, spec] of Object.entries(command.arguments)) {
    const argument = node.createArgument(placeholderOf(name, spec).replace(/^([^[].*)$/, '<$1>'), spec.description);
    node.addArgument(spec.choices === undefined ? argument : argument.choices(spec.choices));
  }
  for (const [name, spec] of Object.entries(command.options)) node.addOption(optionOf(name, spec));
  node.addHelpText('after', () => examplesOf([command]));
  node.action((...all: unknown[]) => {
    const values = Object.keys(command.arguments).map((name, index) => [name, all[index]]);
    const own = Object.entries(command.options).map(([name, spec]) => [name, valueOf(node.getOptionValue(name), spec)]);
    for (const [name, spec] of Object.entries(command.options)) {
      if (spec.required && node.getOptionValue(name) === undefined) throw new UsageError(`sluice ${command.path.join(' ')} needs ${flagOf(name)}${spec.type === 'switch' ? '' : ` ${spec.placeholder}`}`);
    }
    const { url, key } = program.opts<{ url?: string; key?: string }>();
    given.sink.found({ asked: 'command', command, given: { arguments: Object.fromEntries(values), options: Object.fromEntries(own) }, global: { ...(url === undefined ? {} : { url }), ...(key === undefined ? {} : { key }) } });
  });
}

/** All examples of one command, or the first of each of several. */
function examplesOf(commands: readonly Command[]): string {
  const examples = commands.flatMap((command) => (commands.length === 1 ? command.examples : command.examples.slice(0, 1)));
  return `\nExamples:\n${examples.map((one) => `  # ${one.does}\n  ${one.command}`).join('\n')}`;
}

function valueOf(value: unknown, spec: OptionSpec): unknown {
  if (spec.type === 'switch') return value === true;
  return spec.type === 'texts' ? (value ?? []) : value;
}

function optionOf(name: string, spec: OptionSpec): Option {
  const flags = `${spec.short === undefined ? '' : `-${spec.short}, `}${flagOf(name)}${spec.type === 'switch' ? '' : ` <${spec.placeholder}>`}`;
  const option = new Option(flags, spec.required ? `${spec.description} (needed)` : spec.description);
  if (spec.type === 'text' && spec.choices !== undefined) option.choices(spec.choices);
  if (spec.type === 'texts') option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  if (spec.type === 'number') {
    option.argParser((value: string) => {
      const number = Number(value);
      if (/^-?\d+$/.test(value) && number >= spec.minimum && number <= spec.maximum) return number;
      throw new UsageError(`${flagOf(name)} must be a whole number from ${spec.minimum} to ${spec.maximum}, not "${value}"`);
    });
  }
  return option;
}

/** The command that a command line means, as far as its words lead to one. */
function pathOf(words: readonly string[], commands: readonly Command[]): readonly string[] {
  let path: readonly string[] = [];
  for (const word of words) {
    const longer = [...path, word];
    if (commands.some((command) => isPrefix(longer, command.path))) path = longer;
  }
  return path;
}

function isPrefix(path: readonly string[], of: readonly string[]): boolean {
  return path.length <= of.length && path.every((word, index) => of[index] === word);
}

function nextWords(path: readonly string[], commands: readonly Command[]): readonly string[] {
  return [...new Set(commands.flatMap((command) => (isPrefix(path, command.path) ? command.path.slice(path.length, path.length + 1) : [])))];
}

function usageErrorOf(error: CommanderError, words: readonly string[], commands: readonly Command[]): UsageError {
  const path = pathOf(words, commands);
  const command = commands.find((one) => one.path.length === path.length && isPrefix(path, one.path));
  const message = error.message.replace(/^error: /, '').replaceAll(/\n\(Did you mean (.*)\?\)/g, '; did you mean $1?');
  const where = path.length === 0 ? '' : `sluice ${path.join(' ')}: `;
  if (error.code === 'commander.unknownCommand') return new UsageError(where + message, nextWords(path, commands));
  if (error.code === 'commander.unknownOption') return new UsageError(where + message, Object.keys({ ...command?.options, ...globalOptions }).map(flagOf));
  return new UsageError(where + message);
}
