import { createClient } from '#client/client';
import type { SluiceClient } from '#client/client';
import { SluiceError } from '#client/sluice-error';
import { Failure } from '#contracts/errors';

import { version } from '../shared/version.ts';
import type { StandardInput, Surroundings } from './command.ts';
import { commandGroups, commands } from './commands.ts';
import { exitCodeOf, outcomes } from './exit-codes.ts';
import { createOutput } from './output.ts';
import { readCommandLine } from './program.ts';
import { serverSettings } from './settings.ts';
import { errorDocument, errorLines } from './show-error.ts';
import { paintFor } from './paint.ts';

/** The process as the command line sees it. */
export type Terminal = {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: StandardInput;
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
};

/** Three attempts wait 0.5 + 1 = 1.5 s at the most: somebody sits in front of it. */
const MAXIMUM_ATTEMPTS = 3;

/**
 * Does what a command line says and answers the exit code. Never throws: errors go to standard error in words, and with `--json` to
 * standard output as a problem document.
 */
export async function runCommandLine(terminal: Terminal): Promise<number> {
  const json = wantsJson(terminal.words);
  const output = createOutput({ ...terminal, json });
  try {
    const invocation = readCommandLine(terminal.words, { commands, groups: commandGroups, version });
    if (invocation.asked === 'text') {
      output.write(invocation.text);
      return outcomes.done.exitCode;
    }
    return await invocation.command.run(surroundingsOf(terminal, output, invocation.global), invocation.given);
  } catch (thrown) {
    // What serve and agent throw themselves is told like what a server answers.
    const error = thrown instanceof Failure ? SluiceError.of(thrown.code, thrown.detail.detail, thrown.detail.errors === undefined ? {} : { errors: thrown.detail.errors }) : thrown;
    if (terminal.signal.aborted) return outcomes.interrupted.exitCode;
    if (json) output.oneOfMany(errorDocument(error), () => []);
    else output.note(errorLines(error, paintFor(terminal.stderr.isTTY === true, terminal.environment)).join('\n'));
    return exitCodeOf(error);
  }
}

/** Errors of the command line itself are told as JSON too, so this is found before it is understood. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? words.length : end).includes('--json');
}

function surroundingsOf(terminal: Terminal, output: Surroundings['output'], flags: { readonly url?: string; readonly key?: string }): Surroundings {
  let client: SluiceClient | undefined;
  const server = () => serverSettings({ flags, environment: terminal.environment, warn: output.note });
  return {
    output,
    server,
    environment: terminal.environment,
    stdin: terminal.stdin,
    signal: terminal.signal,
    client: () => {
      client ??= createClient({ ...server(), maximumAttempts: MAXIMUM_ATTEMPTS, userAgent: `sluice-cli/${version}` });
      return client;
    },
  };
}
