import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import type { Surroundings } from '#cli/command';
import { createOutput } from '#cli/output';
import { readSecretValue } from '#cli/secret-value';

import { TemporaryFolder } from './run-cli.ts';

function noServer(): never {
  throw new Error('no server is asked');
}

/** A terminal in which somebody types; remembers what was shown and whether what is typed would be. */
function typing(keys: string, given: { readonly terminal: boolean; readonly environment?: Record<string, string> }) {
  const shown: string[] = [];
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: given.terminal, setRawMode: (mode: boolean) => modes.push(mode) });
  stdin.end(keys);
  const surroundings: Surroundings = {
    client: noServer,
    server: noServer,
    output: createOutput({ stdout: { write: (text: string | Uint8Array) => shown.push(String(text)) > 0, isTTY: given.terminal, columns: 80, rows: 24 }, stderr: { write: (text: string | Uint8Array) => shown.push(String(text)) > 0 }, json: false, environment: {} }),
    environment: given.environment ?? {},
    stdin,
    signal: new AbortController().signal,
  };
  return { surroundings, shown, modes };
}

const nowhere = { fromEnv: undefined, fromFile: undefined };
const backspace = String.fromCodePoint(127);

describe('a secret\'s value', () => {
  it('is typed without being shown, and can be corrected', async () => {
    const { surroundings, shown, modes } = typing(`hunterx${backspace}2\rmore`, { terminal: true });
    expect(await readSecretValue(surroundings, nowhere)).toBe('hunter2');
    expect(shown.join('')).not.toContain('hunter');
    expect(modes).toEqual([true, false]);
  });

  it('is not taken after Ctrl-C', async () => {
    const { surroundings, modes } = typing(`hunter${String.fromCodePoint(3)}`, { terminal: true });
    await expect(readSecretValue(surroundings, nowhere)).rejects.toThrow('interrupted');
    expect(modes).toEqual([true, false]);
  });

  it.each([['one\n', 'one'], ['one\r\n', 'one'], ['one\ntwo\n\n', 'one\ntwo\n'], [' spaces ', ' spaces ']])('comes from standard input but for one line\'s end: %j', async (text, value) => {
    expect(await readSecretValue(typing(text, { terminal: false }).surroundings, nowhere)).toBe(value);
  });

  it('comes from a file as it is, and from the environment', async () => {
    using folder = new TemporaryFolder();
    const { surroundings } = typing('', { terminal: false, environment: { PASSWORD: 'p' } });
    expect(await readSecretValue(surroundings, { ...nowhere, fromFile: folder.write('value', 'v\n') })).toBe('v\n');
    expect(await readSecretValue(surroundings, { ...nowhere, fromEnv: 'PASSWORD' })).toBe('p');
    await expect(readSecretValue(surroundings, { ...nowhere, fromEnv: 'NONE' })).rejects.toThrow('no variable NONE');
    await expect(readSecretValue(surroundings, nowhere)).rejects.toThrow('empty');
  });
});
