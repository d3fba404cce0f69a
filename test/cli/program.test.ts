import { describe, expect, it } from 'vitest';

import { commandGroups, commands } from '#cli/commands';
import { exitCodeOf, exitCodeOfState, exitCodeTable, outcomes } from '#cli/exit-codes';
import { readCommandLine } from '#cli/program';
import { UsageError } from '#cli/usage-error';
import { SluiceError, clientErrors } from '#client/sluice-error';
import { errors } from '#contracts/errors';
import { deploymentState } from '#contracts/views';

const table = { commands, groups: commandGroups, version: '9.9.9' };

const read = (...words: readonly string[]) => readCommandLine(words, table);

function usageErrorOf(words: readonly string[]): UsageError {
  try {
    read(...words);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${words.join(' ')} was understood`);
}

describe('a command line', () => {
  it('gives arguments and flags by the names of the table', () => {
    expect(read('deploy', 'shop', '1.4.2', '--environment', 'production', '--if-running', 'supersede', '--dry-run')).toMatchObject({
      given: { arguments: { application: 'shop', release: '1.4.2' }, options: { environment: 'production', ifRunning: 'supersede', dryRun: true, watch: false, strategy: undefined } },
    });
  });

  it('takes the flags of all commands before and after the command', () => {
    for (const words of [['--url', 'http://x', 'list'], ['list', '--url', 'http://x']]) expect(read(...words)).toMatchObject({ asked: 'command', global: { url: 'http://x' } });
  });

  it('tells a command from an argument', () => {
    expect(read('events', 'dep-1')).toMatchObject({ command: { path: ['events'] }, given: { arguments: { id: 'dep-1' } } });
    expect(read('events', 'match', 'cases.json')).toMatchObject({ command: { path: ['events', 'match'] }, given: { arguments: { file: 'cases.json' } } });
  });

  it('collects a flag that is given several times, and checks numbers', () => {
    expect(read('serve', '--allowed-hosts', 'a', '--allowed-hosts', 'b')).toMatchObject({ given: { options: { allowedHosts: ['a', 'b'] } } });
    expect(read('list', 'targets', '--limit', '7')).toMatchObject({ given: { options: { limit: 7 } } });
  });

  it.each<readonly [readonly string[], RegExp, readonly string[]]>([
    [[], /sluice needs a command/, ['apply', 'serve']],
    [['lst'], /unknown command 'lst'; did you mean list\?/, ['list']],
    [['secrets'], /sluice secrets needs a command/, ['set', 'list', 'rotate', 'delete']],
    [['secrets', 'shred'], /sluice secrets: unknown command 'shred'/, ['set', 'list', 'rotate', 'delete']],
    [['deploy', 'shop', '1', '--enviroment', 'x'], /unknown option '--enviroment'; did you mean --environment\?/, ['--environment', '--strategy', '--json']],
    [['deploy', 'shop', '1'], /sluice deploy needs --environment NAME/, []],
    [['deploy', 'shop'], /missing required argument 'RELEASE'/, []],
    [['deploy', 'shop', '1', '2', '--environment', 'x'], /too many arguments/, []],
    [['deploy', 'shop', '1', '--environment', 'x', '--strategy', 'yolo'], /Allowed choices are canary, blue-green, rolling, recreate/, []],
    [['list', '--limit', '0'], /--limit must be a whole number from 1 to 200, not "0"/, []],
    [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/, []],
  ])('that is wrong is told what is possible: %j', (words, message, possible) => {
    const error = usageErrorOf(words);
    expect(error.message).toMatch(message);
    expect(error.possible).toEqual(expect.arrayContaining([...possible]));
    expect(exitCodeOf(error)).toBe(2);
  });

  it('can ask for the version', () => {
    expect(read('--version')).toEqual({ asked: 'text', text: '9.9.9\n' });
  });

  it.each([[[]], ...[...commands.map((command) => command.path), ...Object.keys(commandGroups).map((group) => [group])].map((path) => [path])])('shows help with an example for %j', (path) => {
    const help = read(...path, '--help');
    expect(help).toMatchObject({ asked: 'text' });
    expect(JSON.stringify(help)).toMatch(/Usage: sluice.*Examples:.*sluice /);
  });
});

describe('the table of commands', () => {
  it('has every command once, each with a summary, an example of itself and what --json prints', () => {
    expect(new Set(commands.map((command) => command.path.join(' '))).size).toBe(commands.length);
    for (const command of commands) {
      expect(command.summary).not.toBe('');
      expect(command.json).not.toBe('');
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(example.command).toContain(`sluice ${command.path.join(' ')}`);
    }
  });

  it('has examples that are understood', () => {
    for (const { command } of commands.flatMap((one) => one.examples)) {
      for (const part of command.split(/ \| | && /).filter((one) => one.startsWith('sluice ')).map((one) => one.replace(/ > .*$/, ''))) {
        expect(read(...part.split(' ').slice(1).join(' ').replaceAll(/"[^"]*"/g, 'quoted').split(' '))).toMatchObject({ asked: 'command' });
      }
    }
  });
});

describe('exit codes', () => {
  it('tell the ends of a deployment apart', () => {
    expect(deploymentState.options.slice(-4).map(exitCodeOfState)).toEqual([0, 11, 10, 12]);
  });

  it.each(Object.entries(errors))('of the error %s are those of its table', (code, entry) => {
    const problem = { type: '', title: '', status: entry.status, detail: '', code, errorType: entry.errorType, severity: entry.severity, retriable: false, recoveryActions: [], traceId: '' };
    expect(exitCodeOf(SluiceError.ofProblem(problem))).toBe(entry.exitCode);
  });

  it('of an error that only a newer server knows follow its status', () => {
    const newer = { type: '', title: '', status: 404, detail: '', code: 'gone-fishing', errorType: 'configuration' as const, severity: 'low' as const, retriable: false, recoveryActions: [], traceId: '' };
    expect(exitCodeOf(SluiceError.ofProblem(newer))).toBe(errors['not-found'].exitCode);
    expect(exitCodeOf(new RangeError('a bug'))).toBe(70);
  });

  it('never mean a deployment\'s end and an error at once', () => {
    const ends = [outcomes.rolledBack, outcomes.failed, outcomes.aborted, outcomes.checksFailed, outcomes.auditFailed].map((one) => one.exitCode);
    for (const entry of [...Object.values(errors), ...Object.values(clientErrors)]) expect(ends).not.toContain(entry.exitCode);
    expect(exitCodeTable().map((row) => row.exitCode)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 70, 130]);
  });
});
