import { flagOf, placeholderOf } from '#cli/command';
import type { Command, OptionSpec } from '#cli/command';
import { commandGroups, commands } from '#cli/commands';
import { exitCodeTable } from '#cli/exit-codes';
import { globalOptions } from '#cli/program';
import { agentVariables, clientVariables, serveVariables } from '#contracts/environment';
import type { Setting } from '#contracts/environment';

/** `docs/cli.md`: everything in it that is a list comes from the tables that the command line itself is made of. */
export function cliPage(): string {
  return `${[
    '# The command line',
    'This page is made from the table of commands (`npm run docs`); `sluice COMMAND --help` shows the same.',
    '```sh\nnpx sluice --help\n```',
    serverSection(),
    outputSection(),
    exitCodeSection(),
    '## Commands',
    commands.map((command) => `- [\`sluice ${command.path.join(' ')}\`](#sluice-${command.path.join('-')}): ${command.summary}`).join('\n'),
    ...commands.map(commandSection),
    settingsSection('Settings of `serve`', 'A flag goes before its variable, the variable before the default.', serveVariables),
    settingsSection('Settings of `agent`', 'Beside these, server and key as for every command.', agentVariables),
  ].join('\n\n')}\n`;
}

function serverSection(): string {
  return `## Server and key

Every command that calls a server finds its address and key in this order:

1. the flags \`--url\` and \`--key\` (others on the machine can read the arguments of a process: use them for tests only);
2. the environment: \`${clientVariables.url.variable}\` and \`${clientVariables.key.variable}\`;
3. the config file \`$XDG_CONFIG_HOME/sluice/config.json\`, or \`~/.config/sluice/config.json\`:
   \`\`\`json
   { "url": "https://sluice.example.com", "key": "…" }
   \`\`\`
   Others must not be able to read it (\`chmod 600\`); a warning says so. Its key is sent to its own server only: with another address by flag or environment, give the key the same way.

Without any of these the address is \`http://127.0.0.1:7700\`. A key is never sent without TLS to another host.

${optionTable(globalOptions)}`;
}

function outputSection(): string {
  return `## Output

For people: aligned tables and plain words on standard output; errors, warnings and progress of other kinds on standard error. Colours appear in a terminal only, and never where \`NO_COLOR\` is set. In a terminal \`watch\` and \`deploy --watch\` draw the deployment in its place; elsewhere they write one line per event.

For programs: with \`--json\`, standard output carries what the API answered, unchanged, and nothing else; several answers are one line each (JSON lines). What each command prints is said below. An error is the API's problem document (RFC 9457), in one line on standard output; nothing is written to standard error for it. An error that the API did not see has the same form, with \`status\` 0 and \`type\` \`about:blank\`. The exit code is the same with and without \`--json\`.`;
}

function exitCodeSection(): string {
  const rows = exitCodeTable().map(({ exitCode, meanings }) => `| ${exitCode} | ${meanings.map(cell).join('<br>')} |`);
  return `## Exit codes\n\nThese are stable.\n\n| Code | Means |\n|---|---|\n${rows.join('\n')}`;
}

function commandSection(command: Command): string {
  const words = [...command.path, ...Object.entries(command.arguments).map(([name, spec]) => placeholderOf(name, spec))].join(' ');
  const needed = Object.entries(command.options).filter(([, spec]) => spec.required).map(([name, spec]) => ` ${flagOf(name)}${spec.type === 'switch' ? '' : ` ${spec.placeholder}`}`).join('');
  const isOptional = Object.values(command.options).some((spec) => !spec.required);
  const group = command.path.length > 1 ? commandGroups[command.path[0] ?? ''] : undefined;
  return [
    `### sluice ${command.path.join(' ')}`,
    `${command.summary}.${group === undefined ? '' : ` (${group}.)`}${command.local ? ' Needs no server.' : ''}`,
    `\`\`\`\nsluice ${words}${needed}${isOptional ? ' [OPTIONS]' : ''}\n\`\`\``,
    ...(command.description === undefined ? [] : [command.description]),
    ...(Object.keys(command.arguments).length === 0 ? [] : [`| Argument | Means |\n|---|---|\n${Object.entries(command.arguments).map(([name, spec]) => `| \`${placeholderOf(name, spec)}\` | ${cell(`${spec.description}${spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`}`)} |`).join('\n')}`]),
    ...(Object.keys(command.options).length === 0 ? [] : [optionTable(command.options)]),
    `\`--json\` prints: ${command.json}`,
    `\`\`\`sh\n${command.examples.map((example) => `# ${example.does}\n${example.command}`).join('\n')}\n\`\`\``,
  ].join('\n\n');
}

function optionTable(options: { readonly [name: string]: OptionSpec }): string {
  const rows = Object.entries(options).map(([name, spec]) => {
    const flag = `${spec.short === undefined ? '' : `-${spec.short}, `}${flagOf(name)}${spec.type === 'switch' ? '' : ` ${spec.placeholder}`}`;
    const choices = spec.type === 'text' && spec.choices !== undefined ? `: ${spec.choices.join(', ')}` : '';
    const notes = [...(spec.required ? ['needed'] : []), ...(spec.type === 'texts' ? ['may be given several times'] : [])];
    return `| \`${flag.replaceAll('|', '\\|')}\` | ${cell(`${spec.description}${choices}`)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`} |`;
  });
  return `| Flag | Means |\n|---|---|\n${rows.join('\n')}`;
}

function settingsSection(title: string, text: string, settings: { readonly [name: string]: Setting }): string {
  const rows = Object.values(settings).map((setting) => `| \`${setting.variable}\` | ${cell(setting.description)} |`);
  return `## ${title}\n\n${text}\n\n| Variable | Means |\n|---|---|\n${rows.join('\n')}`;
}

/** Text as it can stand in a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
