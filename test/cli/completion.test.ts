import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { commandGroups, commands } from '#cli/commands';
import { completionScripts } from '#cli/completion/scripts';
import { completionTree } from '#cli/completion/tree';
import { flagOf } from '#cli/command';
import { globalOptions } from '#cli/program';

import { TemporaryFolder } from './run-cli.ts';

const places = completionTree({ commands, groups: commandGroups, globalOptions });

/** What bash completes after these words, the last of which is being typed. */
function completedByBash(words: readonly string[], folder: string): readonly string[] {
  const script = `${completionScripts.bash(places)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', 'sluice', ...words], { cwd: folder, encoding: 'utf8' }).split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [['dep'], ['deploy']],
    [['secrets', ''], ['set', 'list', 'rotate', 'delete']],
    [['--json', 'keys', 'c'], ['create']],
    [['deploy', 'shop', '1.0.0', '--strategy', 'r'], ['rolling', 'recreate']],
    [['deploy', 'shop', '1.0.0', '--if'], ['--if-running']],
    [['deploy', 'deploy', '--if-running', ''], ['queue', 'supersede', 'refuse']],
    [['list', 'an'], ['analysis-templates']],
    [['get', 'de'], ['deployment']],
    [['events', 'm'], ['match']],
    [['completion', ''], ['bash', 'zsh', 'fish']],
    [['apply', '-f', 'sh'], ['shop.yaml', 'shops']],
    [['events', 'match', 'shop.'], ['shop.yaml']],
    [['list', '--limit', ''], []],
  ])('of %j offers %j', (words, offered) => {
    using folder = new TemporaryFolder();
    folder.write('shop.yaml', '');
    mkdirSync(join(folder.path, 'shops'));
    expect([...completedByBash(words, folder.path)].sort()).toEqual([...offered].sort());
  });
});

describe.each(['bash', 'zsh', 'fish'] as const)('the script for %s', (shell) => {
  const script = completionScripts[shell](places);

  it('knows every command and every flag', () => {
    for (const command of commands) {
      expect(script).toContain(`' ${command.path.join(' ')}'`);
      for (const name of Object.keys(command.options)) expect(script).toContain(shell === 'fish' ? `-l ${flagOf(name).slice(2)}` : flagOf(name));
    }
  });

  it('leaves no quote open', () => {
    const outside = shell === 'fish' ? script.replaceAll(/\\./g, '') : script.replaceAll(String.raw`'\''`, '');
    expect(outside.split('\n').filter((line) => !line.startsWith('#') && line.split('\'').length % 2 === 0)).toEqual([]);
  });
});
