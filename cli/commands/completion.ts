import { command } from '../command.ts';
import type { Command } from '../command.ts';
import { completionScripts } from '../completion/scripts.ts';
import type { Shell } from '../completion/scripts.ts';
import { completionTree } from '../completion/tree.ts';
import { outcomes } from '../exit-codes.ts';
import { globalOptions } from '../program.ts';

const shells = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];

/** Makes the command that completes all others; `table` gives them when it is run, itself among them. */
export function completionCommand(table: () => { readonly commands: readonly Command[]; readonly groups: Readonly<Record<string, string>> }): Command {
  return command({
    path: ['completion'],
    summary: 'Print a script that lets a shell complete commands, flags and their values',
    arguments: { shell: { description: 'the shell', choices: shells } },
    options: {},
    examples: [
      { command: 'source <(sluice completion bash)', does: 'use it in this bash; zsh alike' },
      { command: 'sluice completion fish > ~/.config/fish/completions/sluice.fish', does: 'use it in every fish' },
    ],
    json: '`{shell, script}`.',
    local: true,
    run: async ({ output }, { arguments: { shell } }) => {
      const script = completionScripts[shell](completionTree({ ...table(), globalOptions }));
      output.answer({ shell, script }, () => [script.trimEnd()]);
      return outcomes.done.exitCode;
    },
  });
}
