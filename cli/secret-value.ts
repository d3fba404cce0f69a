import type { StandardInput, Surroundings } from './command.ts';
import { readOne, readStream } from './documents/read-sources.ts';
import { InterruptedError, UsageError } from './usage-error.ts';

/** Where a secret's value may come from. Never from the arguments: others can read them. */
type From = { readonly fromEnv: string | undefined; readonly fromFile: string | undefined };

/**
 * Reads a secret's value from an environment variable, from a file as it is, from standard input (without the line's end), or by asking
 * for it in a terminal without showing it.
 */
export async function readSecretValue(surroundings: Surroundings, from: From): Promise<string> {
  if (from.fromEnv !== undefined && from.fromFile !== undefined) throw new UsageError('give either --from-env or --from-file');
  const value = await valueFrom(surroundings, from);
  if (value === '') throw new UsageError('the value is empty');
  return value;
}

async function valueFrom({ environment, stdin, output, signal }: Surroundings, { fromEnv, fromFile }: From): Promise<string> {
  if (fromEnv !== undefined) {
    const value = environment[fromEnv];
    if (value === undefined) throw new UsageError(`the environment has no variable ${fromEnv}`);
    return value;
  }
  if (fromFile !== undefined) return (await readOne(fromFile)).text;
  if (stdin.isTTY !== true) return (await readStream(stdin)).replace(/\r?\n$/, '');
  output.note('value (is not shown):');
  return askHidden(stdin, signal);
}

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const CONTROL_C = 3;
const CONTROL_D = 4;
const BACKSPACES: ReadonlySet<number> = new Set([8, 127]);

/** Reads a line from a terminal that shows nothing of it. In this mode Ctrl-C is a character like others. */
function askHidden(stdin: StandardInput, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (settle: () => void): void => {
      stdin.off('data', take);
      signal.removeEventListener('abort', interrupted);
      stdin.setRawMode?.(false);
      stdin.pause();
      settle();
    };
    const interrupted = (): void => finish(() => reject(new InterruptedError()));
    const take = (text: string): void => {
      for (const character of text) {
        const code = character.codePointAt(0) ?? 0;
        if (code === CARRIAGE_RETURN || code === LINE_FEED || code === CONTROL_D) return finish(() => resolve(typed.join('')));
        if (code === CONTROL_C) return interrupted();
        typed = BACKSPACES.has(code) ? typed.slice(0, -1) : [...typed, character];
      }
      return undefined;
    };
    signal.addEventListener('abort', interrupted, { once: true });
    stdin.setEncoding('utf8');
    stdin.setRawMode?.(true);
    stdin.on('data', take);
    stdin.resume();
  });
}
